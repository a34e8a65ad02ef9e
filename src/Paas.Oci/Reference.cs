using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Paas.Oci;

/// <summary>
/// The name of an image in a registry: <c>[domain/]path[:tag][@digest]</c>, by the grammar of the distribution project's
/// <c>reference</c> package. The first component is a domain when it has a dot, a colon or an upper-case letter, or is
/// <c>localhost</c>; everything else is a path.
/// </summary>
public sealed partial record Reference
{
    /// <summary>Characters of domain and path together.</summary>
    public const int MaximumNameLength = 255;

    private Reference(string? domain, string path, string? tag, Digest? digest)
    {
        Domain = domain;
        Path = path;
        Tag = tag;
        Digest = digest;
    }

    /// <summary>Host, with port where it has one; null when the text had none.</summary>
    public string? Domain { get; }

    /// <summary>The repository within the registry.</summary>
    public string Path { get; }

    public string? Tag { get; }

    public Digest? Digest { get; }

    /// <exception cref="FormatException">The text is no reference.</exception>
    public static Reference Parse(string text) =>
        TryParse(text, out var reference) ? reference : throw new FormatException($"'{text}' is not an image reference like host/path:tag");

    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out Reference? reference)
    {
        reference = null;
        if (text is null) return false;
        var name = text;
        Digest? digest = null;
        if (name.IndexOf('@') is var at and >= 0)
        {
            if (!Oci.Digest.TryParse(name.AsSpan(at + 1), out var parsed)) return false;
            digest = parsed;
            name = name[..at];
        }

        string? tag = null;
        if (name.LastIndexOf(':') is var colon and >= 0 && colon > name.LastIndexOf('/'))
        {
            tag = name[(colon + 1)..];
            if (!TagPattern().IsMatch(tag)) return false;
            name = name[..colon];
        }

        if (name.Length > MaximumNameLength) return false;
        var slash = name.IndexOf('/');
        var domain = slash > 0 && IsDomain(name.AsSpan(0, slash)) ? name[..slash] : null;
        var path = domain is null ? name : name[(slash + 1)..];
        if (!PathPattern().IsMatch(path) || (domain is not null && !DomainPattern().IsMatch(domain))) return false;
        reference = new Reference(domain, path, tag, digest);
        return true;
    }

    /// <summary>The domain of what is written without one, as Docker has it.</summary>
    public const string DefaultDomain = "docker.io";

    /// <summary>
    /// The full name of what a person wrote, by Docker's rules: <c>debian</c> is <c>docker.io/library/debian:latest</c>,
    /// <c>index.docker.io</c> is <c>docker.io</c>, and a tag beside a digest is only a note and goes.
    /// </summary>
    public Reference Normalize()
    {
        var domain = Domain is null or "index.docker.io" ? DefaultDomain : Domain;
        var path = domain == DefaultDomain && !Path.Contains('/') ? $"library/{Path}" : Path;
        return new Reference(domain, path, Digest is null ? Tag ?? "latest" : null, Digest);
    }

    /// <summary>The reference a registry client needs: with a domain, and with a tag where there is no digest.</summary>
    /// <param name="defaultDomain">For references without domain.</param>
    /// <param name="defaultNamespace">Put before a path of one component that had no domain; null puts nothing.</param>
    public Reference Complete(string defaultDomain, string? defaultNamespace)
    {
        var path = Domain is null && defaultNamespace is not null && !Path.Contains('/') ? $"{defaultNamespace}/{Path}" : Path;
        return new Reference(Domain ?? defaultDomain, path, Tag ?? (Digest is null ? "latest" : null), Digest);
    }

    public override string ToString() =>
        $"{(Domain is null ? "" : $"{Domain}/")}{Path}{(Tag is null ? "" : $":{Tag}")}{(Digest is null ? "" : $"@{Digest}")}";

    /// <summary>True for the name of a repository within a registry: the part between domain and tag.</summary>
    public static bool IsPath(string text) => text.Length <= MaximumNameLength && PathPattern().IsMatch(text);

    public static bool IsTag(string text) => TagPattern().IsMatch(text);

    private static bool IsDomain(ReadOnlySpan<char> component) =>
        component.IndexOfAny('.', ':') >= 0 || component is "localhost" || component.ContainsAnyInRange('A', 'Z');

    [GeneratedRegex(@"\A[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}\z", RegexOptions.CultureInvariant)]
    private static partial Regex TagPattern();

    [GeneratedRegex(@"\A(?:[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)(?:/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex PathPattern();

    [GeneratedRegex(
        @"\A(?:\[(?:[a-fA-F0-9:]+)\]|(?:[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9])(?:\.(?:[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9]))*)(?::[0-9]+)?\z",
        RegexOptions.CultureInvariant)]
    private static partial Regex DomainPattern();
}
