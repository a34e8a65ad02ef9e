namespace Paas.Images.Remote;

/// <summary>How other registries are reached, and how far their answers are trusted.</summary>
public sealed record RegistryOptions
{
    /// <summary>Registries to ask first, by the host they stand in for (<c>docker.io</c>): tried in order, the host itself last. Pulls only.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<Uri>> Mirrors { get; init; } = new Dictionary<string, IReadOnlyList<Uri>>();

    /// <summary>Hosts (with port where the reference has one) that may be spoken to without TLS, or with a certificate nobody vouches for.</summary>
    public IReadOnlySet<string> Insecure { get; init; } = new HashSet<string>();

    /// <summary>Blobs of one image that travel at the same time.</summary>
    public int ParallelTransfers { get; init; } = 4;

    /// <summary>How often a request is sent before its failure is final; a download that moved on begins to count anew.</summary>
    public int Attempts { get; init; } = 5;

    /// <summary>How long a registry may say nothing.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Longest wait between attempts, whatever the registry asks for.</summary>
    public TimeSpan MaximumDelay { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>First wait between attempts; doubled each time.</summary>
    public TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Most that an image's layers may take in the content store, in bytes.</summary>
    public long MaximumImageBytes { get; init; } = 64L << 30;

    /// <summary>Throws <see cref="ArgumentException"/> naming the first option that cannot work.</summary>
    public void Validate()
    {
        if (ParallelTransfers is < 1 or > 64) throw new ArgumentException($"{nameof(ParallelTransfers)} must be from 1 to 64");
        if (Attempts < 1) throw new ArgumentException($"{nameof(Attempts)} must be at least 1");
        var mirror = Mirrors.SelectMany(entry => entry.Value).FirstOrDefault(uri => !uri.IsAbsoluteUri || uri.Scheme is not ("https" or "http") || uri.UserInfo.Length > 0);
        if (mirror is not null) throw new ArgumentException($"the mirror '{mirror}' is not an address like https://mirror.example");
    }
}
