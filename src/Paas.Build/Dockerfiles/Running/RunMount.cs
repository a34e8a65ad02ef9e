using System.Globalization;
using Paas.Contracts.Sources;

namespace Paas.Build.Dockerfiles.Running;

/// <summary>What a <c>RUN --mount</c> mounts.</summary>
internal enum RunMountKind
{
    /// <summary>Files of the context, a stage or an image.</summary>
    Bind,

    /// <summary>A directory that later builds find again.</summary>
    Cache,

    /// <summary>Memory.</summary>
    Tmpfs,

    /// <summary>A file or variable that no image keeps.</summary>
    Secret,

    /// <summary>An agent with keys.</summary>
    Ssh,
}

/// <summary>How a cache directory is shared among steps that run at one time.</summary>
internal enum CacheSharing
{
    /// <summary>All use it at once.</summary>
    Shared,

    /// <summary>Each has one of its own.</summary>
    Private,

    /// <summary>One after the other.</summary>
    Locked,
}

/// <summary>One <c>--mount</c>, read and checked; fields as in the Dockerfile reference.</summary>
internal sealed record RunMount
{
    /// <summary>Permissions of a cache whose mount names none.</summary>
    public const uint CacheMode = 0x1ed;

    private const uint AgentMode = 0x180;

    private static readonly Dictionary<string, RunMountKind[]> Keys = new(StringComparer.Ordinal)
    {
        ["from"] = [RunMountKind.Bind, RunMountKind.Cache, RunMountKind.Tmpfs, RunMountKind.Ssh],
        ["source"] = Enum.GetValues<RunMountKind>(),
        ["rw"] = Enum.GetValues<RunMountKind>(),
        ["ro"] = Enum.GetValues<RunMountKind>(),
        ["id"] = Enum.GetValues<RunMountKind>(),
        ["sharing"] = [RunMountKind.Cache],
        ["size"] = [RunMountKind.Tmpfs],
        ["required"] = [RunMountKind.Secret, RunMountKind.Ssh],
        ["env"] = [RunMountKind.Secret],
        ["mode"] = [RunMountKind.Cache, RunMountKind.Secret, RunMountKind.Ssh],
        ["uid"] = [RunMountKind.Cache, RunMountKind.Secret, RunMountKind.Ssh],
        ["gid"] = [RunMountKind.Cache, RunMountKind.Secret, RunMountKind.Ssh],
    };

    public RunMountKind Kind { get; private init; } = RunMountKind.Bind;

    /// <summary>Absolute path in the container; null where a secret is only a variable, or an agent has its usual place.</summary>
    public string? Target { get; private init; }

    /// <summary>Stage or image; null is the context.</summary>
    public string? From { get; private init; }

    public string Source { get; private init; } = "/";

    public bool IsWritable { get; private init; }

    public string Id { get; private init; } = "";

    public CacheSharing Sharing { get; private init; }

    public long? SizeBytes { get; private init; }

    public bool IsRequired { get; private init; }

    /// <summary>Variable that gets a secret's content.</summary>
    public string? Variable { get; private init; }

    public uint Mode { get; private init; }

    public uint UserId { get; private init; }

    public uint GroupId { get; private init; }

    /// <summary>Reads <c>type=cache,target=/root/.npm</c>.</summary>
    /// <param name="text">After <c>--mount=</c>, expanded.</param>
    /// <param name="workingDirectory">What a relative target is relative to.</param>
    /// <exception cref="FormatException">It is no such list.</exception>
    public static RunMount Parse(string text, string workingDirectory)
    {
        var fields = Fields(text);
        var kind = KindOf(fields.GetValueOrDefault("type")?.ToLowerInvariant());
        foreach (var key in fields.Keys.Where(key => key is not ("type" or "target")))
        {
            if (!Keys.TryGetValue(key, out var kinds)) throw new FormatException($"unexpected key '{key}' for mount type '{Name(kind)}'");
            if (!kinds.Contains(kind)) throw new FormatException($"unexpected key '{key}' for mount type '{Name(kind)}'");
        }

        if (kind == RunMountKind.Secret && fields.TryGetValue("source", out var secret))
        {
            if (!fields.TryAdd("id", secret)) throw new FormatException("both source and id can't be set");
        }

        var variable = fields.GetValueOrDefault("env");
        var target = TargetOf(kind, fields, variable, workingDirectory);
        return new RunMount
        {
            Kind = kind,
            Target = target,
            From = fields.GetValueOrDefault("from"),
            Source = fields.GetValueOrDefault("source") ?? "/",
            IsWritable = kind == RunMountKind.Cache ? !Flag(fields, "ro", false) : Flag(fields, "rw", !Flag(fields, "ro", true)),
            Id = IdOf(kind, fields, target),
            Sharing = SharingOf(fields.GetValueOrDefault("sharing")?.ToLowerInvariant()),
            SizeBytes = fields.TryGetValue("size", out var size) ? Size(size) : null,
            IsRequired = Flag(fields, "required", false),
            Variable = variable,
            Mode = Number(fields, "mode", 8) ?? kind switch { RunMountKind.Cache => CacheMode, RunMountKind.Ssh => AgentMode, _ => 0x100u },
            UserId = Number(fields, "uid", 10) ?? 0,
            GroupId = Number(fields, "gid", 10) ?? 0,
        };
    }

    /// <summary>True where what it shows is an app's own, so that no other app's build may have what a step made of it.</summary>
    public bool IsOfApp => Kind is RunMountKind.Secret or RunMountKind.Ssh or RunMountKind.Cache;

    /// <summary>What of it a step's result depends on: never a secret's content, nor what is in a cache.</summary>
    public IEnumerable<string> Describe() =>
    [
        $"{Kind}", Target ?? "", From ?? "", Source, Id, Variable ?? "", $"{IsWritable} {IsRequired}",
        string.Create(CultureInfo.InvariantCulture, $"{Mode} {UserId} {GroupId} {SizeBytes}"),
    ];

    private static Dictionary<string, string> Fields(string text)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var part in text.Split(','))
        {
            var equals = part.IndexOf('=');
            var key = (equals < 0 ? part : part[..equals]).Trim().ToLowerInvariant();
            var value = equals < 0 ? "true" : part[(equals + 1)..].Trim('"');
            key = key switch { "src" => "source", "dst" or "destination" => "target", "readonly" => "ro", "readwrite" => "rw", _ => key };
            if (equals < 0 && key is not ("ro" or "rw" or "required")) throw new FormatException($"invalid field '{part}' must be a key=value pair");
            fields[key] = value;
        }

        return fields;
    }

    private static RunMountKind KindOf(string? type) => type switch
    {
        null or "bind" => RunMountKind.Bind,
        "cache" => RunMountKind.Cache,
        "tmpfs" => RunMountKind.Tmpfs,
        "secret" => RunMountKind.Secret,
        "ssh" => RunMountKind.Ssh,
        _ => throw new FormatException($"unsupported mount type \"{type}\": it is one of bind, cache, tmpfs, secret and ssh"),
    };

    private static string? TargetOf(RunMountKind kind, Dictionary<string, string> fields, string? variable, string workingDirectory)
    {
        if (fields.TryGetValue("target", out var target))
        {
            var path = CleanPath.Join(workingDirectory, target);
            return path != "/" ? path : throw new FormatException("invalid mount target \"/\"");
        }

        return kind switch
        {
            RunMountKind.Ssh => null,
            RunMountKind.Secret when variable is not null => null,
            RunMountKind.Secret when fields.TryGetValue("id", out var id) => $"/run/secrets/{id.Split('/')[^1]}",
            RunMountKind.Secret => throw new FormatException("a secret mount needs an id or a target"),
            _ => throw new FormatException($"a mount of type {Name(kind)} needs a target"),
        };
    }

    private static string IdOf(RunMountKind kind, Dictionary<string, string> fields, string? target)
    {
        if (fields.TryGetValue("id", out var id)) return id;
        return kind == RunMountKind.Secret ? target?.Split('/')[^1] ?? "" : kind == RunMountKind.Cache ? target! : "default";
    }

    private static CacheSharing SharingOf(string? text) => text switch
    {
        null or "shared" => CacheSharing.Shared,
        "private" => CacheSharing.Private,
        "locked" => CacheSharing.Locked,
        _ => throw new FormatException($"unsupported sharing value \"{text}\": it is one of shared, private and locked"),
    };

    private static bool Flag(Dictionary<string, string> fields, string key, bool otherwise) => fields.TryGetValue(key, out var text)
        ? bool.TryParse(text, out var value) ? value : text switch { "1" => true, "0" => false, _ => throw new FormatException($"invalid value for {key}: {text}") }
        : otherwise;

    private static uint? Number(Dictionary<string, string> fields, string key, int radix)
    {
        if (!fields.TryGetValue(key, out var text)) return null;
        if (text.Length is 0 or > 10 || text.Any(c => c < '0' || c >= '0' + radix)) throw new FormatException($"invalid value {text} for {key}");
        return (uint)text.Aggregate(0L, (sum, digit) => (sum * radix) + (digit - '0'));
    }

    private static long Size(string text)
    {
        var digits = text.TrimEnd('b', 'B').TrimEnd('i', 'I');
        var factor = digits.Length == 0 ? 0 : char.ToLowerInvariant(digits[^1]) switch { 'k' => 1L << 10, 'm' => 1L << 20, 'g' => 1L << 30, _ => 1 };
        if (factor > 1) digits = digits[..^1];
        return long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && factor > 0 && number < 1L << 32
            ? number * factor
            : throw new FormatException($"invalid value for size: {text}");
    }

    private static string Name(RunMountKind kind) => kind.ToString().ToLowerInvariant();
}
