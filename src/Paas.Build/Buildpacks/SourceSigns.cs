using System.IO.Enumeration;
using Paas.Build.Sources;

namespace Paas.Build.Buildpacks;

/// <summary>
/// The files by which a buildpack knows its apps, from <c>metadata.signs</c>: paths whose segments may have <c>*</c> and <c>?</c>. Where
/// an app has none of them, its <c>bin/detect</c> need not be run: it would say no.
/// </summary>
/// <param name="Patterns">e.g. <c>package.json</c>, <c>*/*.csproj</c>; none where only <c>bin/detect</c> can tell.</param>
public sealed record SourceSigns(IReadOnlyList<string> Patterns)
{
    /// <summary>Why an app cannot be one of these; null where <c>bin/detect</c> has to be asked.</summary>
    internal string? ReasonAgainst(UntrustedTree source) =>
        Patterns.Count == 0 || FoundIn(source) is not null ? null : $"no {Text()}";

    /// <summary>The first of them that an app has; null where it has none.</summary>
    internal string? FoundIn(UntrustedTree source) => Patterns.Select(pattern => Find(source, "", pattern.Split('/'))).FirstOrDefault(path => path is not null);

    private static string? Find(UntrustedTree source, string directory, ReadOnlySpan<string> segments)
    {
        foreach (var name in source.Names(directory))
        {
            // Names is in order and a pattern ends at the first that fits.
            if (!FileSystemName.MatchesSimpleExpression(segments[0], name, ignoreCase: false)) continue;
            var path = directory.Length == 0 ? name : $"{directory}/{name}";
            if (segments.Length == 1) return path;
            if (source.IsDirectory(path) && Find(source, path, segments[1..]) is { } found) return found;
        }

        return null;
    }

    private string Text() => Patterns.Count == 1 ? Patterns[0] : $"{string.Join(", ", Patterns.SkipLast(1))} or {Patterns[^1]}";
}
