using Paas.Build.Dockerfiles.Checks;
using Paas.Build.Dockerfiles.Instructions;
using Paas.Build.Dockerfiles.Words;
using Paas.Oci.Images;

namespace Paas.Build.Dockerfiles.Building;

/// <summary>The values of <c>ARG</c>s: those before the first <c>FROM</c>, and what a platform and a proxy give without one.</summary>
internal sealed class BuildArguments
{
    // Known to every RUN without an ARG, and no reason to do a step again.
    private static readonly string[] Proxies = ["HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY", "NO_PROXY", "ALL_PROXY"];

    private readonly IReadOnlyDictionary<string, string> _given;
    private readonly Dictionary<string, string> _automatic;
    private readonly Dictionary<string, string> _global = new(StringComparer.Ordinal);
    private readonly HashSet<string> _declared = new(StringComparer.Ordinal);

    /// <param name="file">Its global <c>ARG</c>s are taken here.</param>
    /// <param name="given">What the caller of the build said.</param>
    /// <param name="platform">What is built for.</param>
    /// <param name="targetStage">The stage that is built.</param>
    public BuildArguments(Dockerfile file, IReadOnlyDictionary<string, string> given, Platform platform, string targetStage)
    {
        _given = given;
        _automatic = Automatic(platform, targetStage);
        foreach (var name in _automatic.Keys.Where(given.ContainsKey).ToList()) _automatic[name] = given[name];
        foreach (var instruction in file.GlobalArgs)
        {
            foreach (var definition in instruction.Definitions)
            {
                _declared.Add(definition.Name);
                if (given.TryGetValue(definition.Name, out var value)) _global[definition.Name] = value;
                else if (definition.Default is { } text) _global[definition.Name] = Expand(text, instruction.Line, file.Tree.Directives.Escape);
            }
        }

        Undeclared = [.. given.Keys.Where(name => !IsProxy(name) && name != EpochName && !Declares(file, name)).Order(StringComparer.Ordinal)];
    }

    /// <summary>Name of the argument that fixes every time in the image: seconds since 1970.</summary>
    public const string EpochName = "SOURCE_DATE_EPOCH";

    /// <summary>Arguments that were given and that no <c>ARG</c> takes.</summary>
    public IReadOnlyList<string> Undeclared { get; }

    /// <summary>What variables in <c>FROM</c> can mean.</summary>
    public IReadOnlyDictionary<string, string> Global
    {
        get
        {
            var all = new Dictionary<string, string>(_automatic, StringComparer.Ordinal);
            foreach (var (name, value) in _global) all[name] = value;
            return all;
        }
    }

    /// <summary>True for what an <c>ARG</c> before the first <c>FROM</c> names, with or without a value.</summary>
    public bool IsGlobal(string name) => _declared.Contains(name);

    /// <summary>Proxy settings that were given as arguments.</summary>
    public IReadOnlyDictionary<string, string> GivenProxies => _given.Where(pair => IsProxy(pair.Key)).ToDictionary();

    /// <summary>The value of a stage's <c>ARG</c>; null where nothing gives it one.</summary>
    /// <param name="definition">As it stands.</param>
    /// <param name="expand">Expands its default.</param>
    public string? ValueOf(ArgDefinition definition, Func<string, string> expand)
    {
        if (_given.TryGetValue(definition.Name, out var given)) return given;
        if (definition.Default is { } text) return expand(text);
        return _global.GetValueOrDefault(definition.Name) ?? _automatic.GetValueOrDefault(definition.Name);
    }

    public static bool IsProxy(string name) => Proxies.Contains(name, StringComparer.OrdinalIgnoreCase);

    private string Expand(string text, int line, char escape)
    {
        try
        {
            return new WordExpansion(escape, Global).Expand(text).Text;
        }
        catch (FormatException error)
        {
            throw new DockerfileException(error.Message, line, inner: error);
        }
    }

    private static bool Declares(Dockerfile file, string name) => file.GlobalArgs
        .Concat(file.Stages.SelectMany(stage => stage.Instructions).OfType<ArgInstruction>())
        .Any(instruction => instruction.Definitions.Any(definition => definition.Name == name));

    private static Dictionary<string, string> Automatic(Platform target, string stage)
    {
        var build = Platform.Current;
        return new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["TARGETPLATFORM"] = Text(target), ["TARGETOS"] = target.Os, ["TARGETARCH"] = target.Architecture, ["TARGETVARIANT"] = target.Variant ?? "", ["TARGETOSVERSION"] = "",
            ["BUILDPLATFORM"] = Text(build), ["BUILDOS"] = build.Os, ["BUILDARCH"] = build.Architecture, ["BUILDVARIANT"] = build.Variant ?? "", ["BUILDOSVERSION"] = "",
            ["TARGETSTAGE"] = stage,
        };
    }

    private static string Text(Platform platform) => $"{platform.Os}/{platform.Architecture}{(platform.Variant is { } variant ? $"/{variant}" : "")}";
}
