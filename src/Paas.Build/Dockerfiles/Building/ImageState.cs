using System.Text.Json;
using Paas.Build.Dockerfiles.Instructions;
using Paas.Oci.Images;

namespace Paas.Build.Dockerfiles.Building;

/// <summary>An image's configuration while a stage is built. Belongs to one stage.</summary>
internal sealed class ImageState
{
    private const string DefaultPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private static readonly JsonElement Empty = JsonSerializer.SerializeToElement(new Dictionary<string, string>());

    private readonly ImageConfig _base;
    private readonly SortedDictionary<string, JsonElement> _volumes;
    private readonly SortedDictionary<string, JsonElement> _ports;
    private readonly Dictionary<string, JsonElement> _unknown;
    private readonly List<History> _history;
    private string? _workingDirectory;

    public ImageState(ImageConfig config)
    {
        _base = config;
        var execution = config.Config ?? new ExecutionConfig();
        Environment = new ImageEnvironment(execution.Env ?? []);
        if (!Environment.Has("PATH")) Environment.Set("PATH", DefaultPath);
        Labels = new SortedDictionary<string, string>((execution.Labels ?? new Dictionary<string, string>()).ToDictionary(), StringComparer.Ordinal);
        _volumes = new((execution.Volumes ?? new Dictionary<string, JsonElement>()).ToDictionary(), StringComparer.Ordinal);
        _ports = new((execution.ExposedPorts ?? new Dictionary<string, JsonElement>()).ToDictionary(), StringComparer.Ordinal);
        _unknown = new(execution.Unknown ?? new Dictionary<string, JsonElement>(), StringComparer.Ordinal);
        _history = [.. config.History ?? []];
        (Entrypoint, Command, User, StopSignal, Author) = (execution.Entrypoint, execution.Cmd, execution.User, execution.StopSignal, config.Author);
        _workingDirectory = execution.WorkingDir;
        Triggers = [.. Texts("OnBuild")];
        Shell = Texts("Shell") is { Length: > 0 } shell ? shell : ["/bin/sh", "-c"];
    }

    /// <summary>The configuration of an image that has nothing.</summary>
    public static ImageConfig Scratch(Platform platform) => new()
    {
        Architecture = platform.Architecture,
        Os = platform.Os,
        Variant = platform.Variant,
        Config = new ExecutionConfig { WorkingDir = "/" },
        Rootfs = new RootFs { Type = "layers", DiffIds = [] },
    };

    public ImageEnvironment Environment { get; }

    public IDictionary<string, string> Labels { get; }

    public IReadOnlyList<string>? Entrypoint { get; private set; }

    public IReadOnlyList<string>? Command { get; private set; }

    public string? User { get; set; }

    /// <summary>Where commands begin, without a slash at its end; the root where nothing is said. The image has it as it was set.</summary>
    public string WorkingDirectory
    {
        get => _workingDirectory?.TrimEnd('/') is { Length: > 0 } path ? path : "/";
        set => _workingDirectory = value;
    }

    public string? StopSignal { get; set; }

    public string? Author { get; set; }

    /// <summary>Reads commands in shell form.</summary>
    public IReadOnlyList<string> Shell { get; private set; }

    /// <summary>Instructions for the images built upon this one.</summary>
    public IList<string> Triggers { get; }

    // A CMD of this stage survives an ENTRYPOINT after it; the base image's does not fit another entrypoint.
    private bool HasOwnCommand { get; set; }

    public void SetShell(IReadOnlyList<string> shell)
    {
        Shell = shell;
        _unknown["Shell"] = JsonSerializer.SerializeToElement(shell);
    }

    public void SetCommand(CommandInstruction instruction)
    {
        Command = Arguments(instruction);
        HasOwnCommand = true;
    }

    public void SetEntrypoint(CommandInstruction instruction)
    {
        Entrypoint = Arguments(instruction);
        if (!HasOwnCommand) Command = null;
    }

    public void AddVolume(string path) => _volumes[path] = Empty;

    public void AddPort(string port) => _ports[port] = Empty;

    public void SetHealthcheck(HealthcheckInstruction check)
    {
        var fields = new OrderedDictionary<string, object> { ["Test"] = check.Test };
        foreach (var (name, value) in new (string, long)[]
        {
            ("Interval", check.Interval), ("Timeout", check.Timeout), ("StartPeriod", check.StartPeriod), ("StartInterval", check.StartInterval), ("Retries", check.Retries),
        })
        {
            if (value != 0) fields[name] = value;
        }

        _unknown["Healthcheck"] = JsonSerializer.SerializeToElement(fields);
    }

    public void AddHistory(string createdBy, DateTimeOffset created, bool hasLayer, string? author = null) => _history.Add(new History
    {
        Created = created, CreatedBy = createdBy, Author = author ?? Author, EmptyLayer = hasLayer ? null : true,
    });

    /// <summary>A command as its argument list, through the shell where it is in shell form.</summary>
    public IReadOnlyList<string>? Arguments(CommandInstruction instruction) => instruction.Arguments.Count == 0
        ? null
        : instruction.ForShell ? [.. Shell, string.Join(' ', instruction.Arguments)] : instruction.Arguments;

    /// <summary>As the image holds it.</summary>
    public ImageConfig ToConfig(IReadOnlyList<Oci.Digest> diffIds, DateTimeOffset created)
    {
        if (Triggers.Count > 0) _unknown["OnBuild"] = JsonSerializer.SerializeToElement(Triggers);
        else _unknown.Remove("OnBuild");
        return _base with
        {
            Created = created,
            Author = Author,
            Config = (_base.Config ?? new ExecutionConfig()) with
            {
                Env = Environment.ToList(),
                Labels = Labels.Count > 0 ? new SortedDictionary<string, string>(Labels, StringComparer.Ordinal) : null,
                Entrypoint = Entrypoint,
                Cmd = Command,
                User = User,
                WorkingDir = _workingDirectory,
                StopSignal = StopSignal,
                Volumes = _volumes.Count > 0 ? new SortedDictionary<string, JsonElement>(_volumes, StringComparer.Ordinal) : null,
                ExposedPorts = _ports.Count > 0 ? new SortedDictionary<string, JsonElement>(_ports, StringComparer.Ordinal) : null,
                Unknown = _unknown.Count > 0 ? new Dictionary<string, JsonElement>(_unknown) : null,
            },
            Rootfs = new RootFs { Type = "layers", DiffIds = diffIds },
            History = [.. _history],
        };
    }

    private string[] Texts(string name) =>
        _unknown.TryGetValue(name, out var value) && value.ValueKind == JsonValueKind.Array ? value.Deserialize<string[]>() ?? [] : [];
}
