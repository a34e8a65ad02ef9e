using Paas.Oci.Runtime;
using Paas.Runtime.CommandLine;

namespace Paas.Runtime.Checkpoints;

/// <summary>What <c>checkpoint</c> and <c>restore</c> have in common, in the words of runc's command line.</summary>
internal sealed class CheckpointOptions
{
    private readonly List<string> _arguments = [];
    private string? _workPath;

    /// <summary>Directory of the images.</summary>
    public string ImagePath { get; private set; } = Path.GetFullPath("checkpoint");

    /// <summary>Directory of criu's log and other working files.</summary>
    public string WorkPath => _workPath ?? ImagePath;

    /// <summary>How criu treats control groups; <c>soft</c> sets what it had to make itself.</summary>
    public string GroupsMode { get; private set; } = "soft";

    /// <summary>Whether memory stays behind until it is asked for.</summary>
    public bool LazyPages { get; private set; }

    /// <summary>Options that criu takes as they are.</summary>
    public IReadOnlyList<string> Arguments => _arguments;

    /// <summary>criu's log: of a name that the container's own options for it may have (runc's annotation <c>org.criu.config</c>).</summary>
    /// <param name="config">The container's.</param>
    /// <param name="usual">Its name otherwise.</param>
    public string Log(RuntimeConfig config, string usual)
    {
        var name = OwnOptions(config) is { } file
            ? File.ReadLines(file).Select(line => line.Split([' ', '=', '\t'], StringSplitOptions.RemoveEmptyEntries)).LastOrDefault(words => words is ["log-file", _])?[1]
            : null;
        return Path.Combine(WorkPath, Path.GetFileName(name ?? usual));
    }

    /// <summary>The options for criu that the container brings, as arguments.</summary>
    public static IEnumerable<string> ConfigArguments(RuntimeConfig config) => OwnOptions(config) is { } file ? ["--config", file] : [];

    private static string? OwnOptions(RuntimeConfig config)
    {
        if (config.Annotations?.GetValueOrDefault("org.criu.config") is not { Length: > 0 } file) return null;
        return File.Exists(file) ? file : throw new RuntimeException($"the annotation org.criu.config names {file}, which is not there");
    }

    /// <summary>Takes one of the options they share.</summary>
    /// <exception cref="UsageException">It is none of them, or not supported.</exception>
    public void Take(string option, OptionReader reader)
    {
        switch (option)
        {
            case "--image-path":
                ImagePath = Path.GetFullPath(reader.Value());
                break;
            case "--work-path":
                _workPath = Path.GetFullPath(reader.Value());
                break;
            case "--manage-cgroups-mode":
                GroupsMode = Mode(reader.Value());
                break;
            case "--empty-ns":
                if (reader.Value() is var type && type != "network") throw new UsageException($"--empty-ns {type}: only a network namespace can be left empty");
                _arguments.AddRange("--empty-ns", "net");
                break;
            case "--tcp-established" or "--ext-unix-sk" or "--shell-job" or "--file-locks" or "--auto-dedup" or "--link-remap":
                _arguments.Add(option);
                break;
            case "--lazy-pages":
                LazyPages = true;
                _arguments.Add(option);
                break;
            default:
                throw reader.Unknown();
        }
    }

    /// <summary>Refuses what criu cannot do for a container of ours.</summary>
    /// <exception cref="RuntimeException">Why not.</exception>
    public static void Check()
    {
        if (!Environment.IsPrivilegedProcess) throw new RuntimeException("checkpoint and restore need root");
    }

    private static string Mode(string mode) => mode is "soft" or "full" or "strict" or "ignore"
        ? mode
        : throw new UsageException($"Invalid manage-cgroups-mode value: {mode}: soft, full, strict or ignore");
}
