using Paas.Build.Manifests;

namespace Paas.ControlPlane.Health;

/// <summary>One question to a running instance: a command in it, a request to it, or whether it listens.</summary>
/// <param name="Timeout">An answer that takes longer is none.</param>
internal sealed record Probe(TimeSpan Timeout)
{
    // As in Dokku.
    private const int DefaultTimeout = 5;

    /// <summary>Program and arguments, which have to end with 0; null for another kind.</summary>
    internal IReadOnlyList<string>? Command { get; init; }

    /// <summary>A path that has to answer with 2xx or 3xx; null for another kind.</summary>
    internal string? Path { get; init; }

    /// <summary>What the answer has to contain.</summary>
    internal string? Content { get; init; }

    /// <summary>Headers of the request.</summary>
    internal IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>Where it is asked; null for the port that its process is told.</summary>
    internal int? Port { get; init; }

    /// <summary>What its owner calls it.</summary>
    internal string? Name { get; init; }

    /// <summary>Whether an instance that fails it while it serves is replaced.</summary>
    internal bool Replaces { get; init; }

    /// <summary>Whether a failure is only told.</summary>
    internal bool Warns { get; init; }

    internal static Probe Of(ManifestHealthCheck check) => new(TimeSpan.FromSeconds(Math.Max(1, check.Timeout ?? DefaultTimeout)))
    {
        Command = check.Command, Path = check.Path, Content = check.Content, Headers = check.Headers, Port = check.Port, Name = check.Name,
        Replaces = check is { Type: "liveness", Warn: false }, Warns = check.Warn,
    };
}
