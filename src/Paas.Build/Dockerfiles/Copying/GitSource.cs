using System.Net;

namespace Paas.Build.Dockerfiles.Copying;

/// <summary>A git repository as <c>ADD</c> names it: <c>ADDRESS[?name=value…][#ref[:directory]]</c>.</summary>
internal sealed record GitSource
{
    /// <summary>Without what the build adds to it.</summary>
    public required string Address { get; init; }

    /// <summary>Branch, tag or commit; null is the repository's own choice.</summary>
    public string? Ref { get; init; }

    /// <summary>What of it is wanted; null is all.</summary>
    public string? Directory { get; init; }

    /// <summary>Beginning of the commit that it must be.</summary>
    public string? Commit { get; init; }

    /// <summary>Null where the address does not say.</summary>
    public bool? KeepGitDirectory { get; init; }

    public bool WithSubmodules { get; init; } = true;

    /// <exception cref="FormatException">It says something unknown, or two things that cannot both be.</exception>
    public static GitSource Parse(string text)
    {
        var (rest, fragment) = text.Split('#', 2) is [var before, var after] ? (before, after) : (text, "");
        var (address, query) = rest.Split('?', 2) is [var left, var right] ? (left, right) : (rest, "");
        var (name, directory) = fragment.Split(':', 2) is [var head, var tail] ? (head, tail) : (fragment, "");
        var source = new GitSource { Address = address, Ref = Value(name), Directory = Value(directory.Trim('/')) };
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var part in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            var (key, value) = part.Split('=', 2) is [var k, var v] ? (k, WebUtility.UrlDecode(v)) : (part, "");
            if (!seen.Add(key)) throw new FormatException($"query \"{key}\" has multiple values");
            if (value.Length == 0 && key is not ("submodules" or "keep-git-dir")) throw new FormatException($"query \"{key}\" has no value");
            source = source.With(key, value);
        }

        return source;
    }

    private GitSource With(string key, string value) => key switch
    {
        "ref" => WithRef(value),
        "tag" => WithRef(value.StartsWith("refs/tags/", StringComparison.Ordinal) ? value : $"refs/tags/{value}"),
        "branch" => WithRef(value.StartsWith("refs/heads/", StringComparison.Ordinal) ? value : $"refs/heads/{value}"),
        "subdir" when Directory is not null && Directory != value.Trim('/') => throw new FormatException($"subdir conflicts: \"{Directory}\" vs \"{value}\""),
        "subdir" => this with { Directory = Value(value.Trim('/')) },
        "checksum" or "commit" => this with { Commit = value },
        "keep-git-dir" => this with { KeepGitDirectory = Flag(key, value) },
        "submodules" => this with { WithSubmodules = Flag(key, value) },
        _ => throw new FormatException($"unexpected query \"{key}\": it is one of ref, tag, branch, subdir, checksum, keep-git-dir and submodules"),
    };

    private GitSource WithRef(string value) => Ref is null || Ref == value ? this with { Ref = value } : throw new FormatException($"ref conflicts: \"{Ref}\" vs \"{value}\"");

    private static string? Value(string text) => text.Length == 0 ? null : text;

    private static bool Flag(string key, string value) => value switch
    {
        "" or "1" or "true" => true,
        "0" or "false" => false,
        _ => throw new FormatException($"invalid {key} value: \"{value}\""),
    };
}
