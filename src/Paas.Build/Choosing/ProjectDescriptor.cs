using System.Text.RegularExpressions;
using Paas.Build.Sources;
using Paas.Contracts.Sources;
using Paas.Launch.Processes;
using Paas.Launch.Toml;

namespace Paas.Build.Choosing;

/// <summary>A buildpack that is named for an app, or that its <c>project.toml</c> holds itself.</summary>
/// <param name="Source">Where it is; null for one that is a script.</param>
/// <param name="Script">What it runs; null for one that is elsewhere.</param>
/// <param name="Line">Where it stands.</param>
internal sealed record ProjectBuildpack(BuildpackSource? Source, ProjectScript? Script, int Line);

/// <summary>A buildpack in a few lines.</summary>
/// <param name="Id">Its id, or null.</param>
/// <param name="Version">Its version, or null.</param>
/// <param name="Api">The Buildpack API it is written for.</param>
/// <param name="Shell">The program that runs it.</param>
/// <param name="Inline">Its text.</param>
internal sealed record ProjectScript(string? Id, string? Version, string Api, string Shell, string Inline);

/// <summary>
/// A <c>project.toml</c> (project descriptor spec), of schema 0.1 (<c>[build]</c>) or 0.2 (<c>[io.buildpacks]</c>): how the app wants to be
/// built.
/// </summary>
internal sealed record ProjectDescriptor
{
    public const string FileName = "project.toml";
    private const string FilePrefix = "file://";

    /// <summary>The one group of buildpacks; none leaves it to the platform.</summary>
    public IReadOnlyList<ProjectBuildpack> Group { get; private init; } = [];

    /// <summary>Put in front of every group.</summary>
    public IReadOnlyList<ProjectBuildpack> Pre { get; private init; } = [];

    /// <summary>Put at the end of every group.</summary>
    public IReadOnlyList<ProjectBuildpack> Post { get; private init; } = [];

    /// <summary>Variables for the build; config vars are stronger.</summary>
    public IReadOnlyDictionary<string, string> Env { get; private init; } = new Dictionary<string, string>();

    /// <summary>The version of the project that it says; null where it says none.</summary>
    public string? Version { get; private init; }

    /// <summary>Where its source is, as it says; null where it does not say.</summary>
    public string? SourceUrl { get; private init; }

    private IReadOnlyList<string>? Include { get; init; }

    private IReadOnlyList<string>? Exclude { get; init; }

    /// <summary>Reads the app's; null where it has none.</summary>
    /// <exception cref="BuildException">It is wrong; names the line.</exception>
    public static ProjectDescriptor? Read(UntrustedTree app)
    {
        try
        {
            return app.ReadText(FileName) is { } text ? Parse(text) : null;
        }
        catch (TomlException exception)
        {
            throw new BuildException($"{FileName} {exception.Message}", $"Correct that line of {FileName}, commit and push again.", exception);
        }
    }

    /// <exception cref="TomlException">It is wrong.</exception>
    internal static ProjectDescriptor Parse(string text)
    {
        var document = TomlParser.Parse(text);
        var about = document.Table("_");
        var version = about?.Text("schema-version") ?? "0.1";
        if (version is not ("0.1" or "0.2" or "0.3")) throw new TomlException(about!.Line, $"schema version {version} is not known; there are 0.1, 0.2 and 0.3");
        var isFirst = version == "0.1";
        var section = isFirst ? document.Table("build") : document.Table("io")?.Table("buildpacks");
        // 0.2 has them in the section or one deeper, according to where one reads.
        var build = isFirst ? section : section?.Table("build");
        var files = section is not null && (section["include"] ?? section["exclude"]) is not null ? section : build;
        var project = new ProjectDescriptor
        {
            Group = section is null ? [] : [.. Buildpacks(section, isFirst ? "buildpacks" : "group"), .. isFirst || build is null ? [] : Buildpacks(build, "buildpacks")],
            Pre = section?.Table("pre") is { } pre ? Buildpacks(pre, isFirst ? "buildpacks" : "group") : [],
            Post = section?.Table("post") is { } post ? Buildpacks(post, isFirst ? "buildpacks" : "group") : [],
            Env = Variables([.. build?.Tables("env") ?? [], .. !isFirst && section?["env"] is TomlTable env ? env.Tables("build") : []]),
            Include = files?.Strings("include"),
            Exclude = files?.Strings("exclude"),
            Version = (isFirst ? document.Table("project") : about)?.Text("version"),
            SourceUrl = (isFirst ? document.Table("project") : about)?.Text("source-url"),
        };
        return project.Include is null || project.Exclude is null ? project : throw new TomlException(files!.Line, "there may be 'include' or 'exclude', not both");
    }

    /// <summary>Takes the files away that the build is not to see.</summary>
    /// <exception cref="BuildException">A pattern is wrong, or nothing is left.</exception>
    public void Prune(string app)
    {
        if ((Include ?? Exclude) is not { Count: > 0 } patterns) return;
        bool stays;
        try
        {
            var matcher = IgnorePatterns.Of(patterns.Select(AsIgnorePattern));
            stays = Prune(app, "", path => matcher.Ignores(path) == (Exclude is not null));
        }
        catch (Exception exception) when (exception is FormatException or RegexMatchTimeoutException)
        {
            throw new BuildException($"{FileName}: {exception.Message}", "Correct its 'include' or 'exclude'.", exception);
        }

        if (!stays) throw new BuildException($"{FileName} leaves no file of the source", "Correct its 'include' or 'exclude'.");
    }

    // Depth first, so that a file that stays keeps its directories. True where something stays.
    private static bool Prune(string root, string relative, Func<string, bool> goes)
    {
        var stays = false;
        foreach (var path in Directory.EnumerateFileSystemEntries(Path.Combine(root, relative)))
        {
            var name = relative.Length == 0 ? Path.GetFileName(path) : $"{relative}/{Path.GetFileName(path)}";
            if (EntryStatus.Of(path)?.Kind == FileKind.Directory)
            {
                if (Prune(root, name, goes)) stays = true;
                else Directory.Delete(path);
            }
            else if (name == FileName || !goes(name)) stays = true;
            else File.Delete(path);
        }

        return stays;
    }

    // These patterns are gitignore's: one without a slash inside means a name at any depth.
    private static string AsIgnorePattern(string pattern)
    {
        var isBack = pattern.StartsWith('!');
        var path = (isBack ? pattern[1..] : pattern).TrimEnd('/');
        if (!path.Contains('/')) path = "**/" + path;
        return isBack ? "!" + path : path;
    }

    private static Dictionary<string, string> Variables(IEnumerable<TomlTable> tables)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var table in tables.Where(ExecutionEnvironment.Includes)) variables[table.Required("name")] = table.Text("value") ?? "";
        return variables;
    }

    private static IReadOnlyList<ProjectBuildpack> Buildpacks(TomlTable table, string key) => [.. table.Tables(key).Where(ExecutionEnvironment.Includes).Select(Buildpack)];

    private static ProjectBuildpack Buildpack(TomlTable entry)
    {
        var (id, version, uri) = (entry.Text("id"), entry.Text("version"), entry.Text("uri"));
        try
        {
            if (entry.Table("script") is { } script)
            {
                if (uri is not null) throw new FormatException("a buildpack has a 'uri' or a 'script', not both");
                return new ProjectBuildpack(null, new ProjectScript(id, version, script.Required("api"), script.Text("shell") ?? "/bin/sh", script.Required("inline")), entry.Line);
            }

            return new ProjectBuildpack(uri is null ? Named(id, version) : At(uri), null, entry.Line);
        }
        catch (FormatException exception)
        {
            throw new TomlException(entry.Line, exception.Message);
        }
    }

    private static BuildpackSource Named(string? id, string? version)
    {
        if (id is null) throw new FormatException("a buildpack needs an 'id', a 'uri' or a 'script'");
        var source = BuildpackSource.Parse(version is null ? id : $"{id}@{version}");
        return source.Kind == BuildpackSourceKind.Id ? source : throw new FormatException($"'{id}' is not the id of a buildpack; where one is, is its 'uri'");
    }

    // A path is one of the source, and never of the host.
    private static BuildpackSource At(string uri)
    {
        if (uri.StartsWith(FilePrefix, StringComparison.Ordinal)) return BuildpackSource.Within(uri[FilePrefix.Length..], uri);
        if (!uri.Contains(':')) return BuildpackSource.Within(uri, uri);
        var source = BuildpackSource.Parse(uri);
        return source.Kind == BuildpackSourceKind.Host ? throw new FormatException($"{uri} is not within the source") : source;
    }
}
