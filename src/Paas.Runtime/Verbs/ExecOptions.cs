using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Paas.Oci.Runtime;
using Paas.Runtime.CommandLine;

namespace Paas.Runtime.Verbs;

/// <summary>Options of <c>exec</c>.</summary>
internal sealed class ExecOptions
{
    private readonly List<string> _env = [];
    private readonly List<string> _capabilities = [];
    private readonly List<uint> _groups = [];
    private readonly Dictionary<string, string> _subgroups = [];
    private string? _processFile;
    private string? _cwd;
    private string? _user;
    private string? _pidFile;
    private string? _pidfdSocket;
    private string? _apparmor;
    private string? _label;
    private bool _terminal;
    private bool _noNewPrivileges;
    private string[] _command = [];

    public string Id { get; private set; } = "";

    public bool Detach { get; private set; }

    public int PreservedDescriptors { get; private set; }

    /// <summary>Socket that gets the master end of the process's terminal.</summary>
    public string? ConsoleSocket { get; private set; }

    /// <summary>Groups below the container's own by v1's controller; the empty name means all, and is v2's only one.</summary>
    public IReadOnlyDictionary<string, string> Subgroups => _subgroups;

    /// <summary>True runs the process although the container is paused: it waits with the others.</summary>
    public bool IgnorePaused { get; private set; }

    public static ExecOptions Parse(string[] arguments)
    {
        var options = new ExecOptions();
        var reader = new OptionReader(Commands.Exec, arguments);
        while (reader.NextOption() is { } option) options.Take(option, reader);
        var rest = reader.Rest();
        if (rest.Length == 0) throw new UsageException("the container's id is missing");
        options.Id = rest[0];
        // "exec ID -- command" is written too.
        options._command = rest[(rest.Length > 1 && rest[1] == "--" ? 2 : 1)..];
        if (options._command.Length == 0 && options._processFile is null) throw new UsageException("neither a command nor --process given");
        return options;
    }

    private void Take(string option, OptionReader reader)
    {
        switch (option)
        {
            case "--process":
                _processFile = reader.Value();
                break;
            case "--cwd":
                _cwd = reader.Value();
                break;
            case "--env":
                _env.Add(reader.Value());
                break;
            case "--user":
                _user = reader.Value();
                break;
            case "--additional-gids":
                _groups.Add((uint)reader.Number());
                break;
            case "--cap":
                _capabilities.Add(reader.Value());
                break;
            case "--no-new-privs":
                _noNewPrivileges = true;
                break;
            case "--pid-file":
                _pidFile = reader.Value();
                break;
            case "--detach":
                Detach = true;
                break;
            case "--preserve-fds":
                PreservedDescriptors = reader.Number();
                break;
            case "--tty":
                _terminal = true;
                break;
            case "--console-socket":
                ConsoleSocket = reader.Value();
                break;
            case "--pidfd-socket":
                _pidfdSocket = reader.Value();
                break;
            case "--apparmor":
                _apparmor = reader.Value();
                break;
            case "--process-label":
                _label = reader.Value();
                break;
            case "--cgroup":
                TakeSubgroup(reader.Value());
                break;
            case "--ignore-paused":
                IgnorePaused = true;
                break;
            case "--no-subreaper":
                break;
            default:
                throw reader.Unknown();
        }
    }

    /// <summary>The process to run: the document given, or the container's own with what the command line changes.</summary>
    public ProcessConfig Merge(ProcessConfig container)
    {
        if (_processFile is not null) return CreateOptions.Read(_processFile, bytes => RuntimeConfigReader.ReadProcess(bytes));
        var process = container with
        {
            Args = _command,
            Env = [.. container.Env ?? [], .. _env],
            Terminal = _terminal,
            ApparmorProfile = _apparmor ?? container.ApparmorProfile,
            SelinuxLabel = _label ?? container.SelinuxLabel,
            Cwd = _cwd ?? container.Cwd,
            NoNewPrivileges = container.NoNewPrivileges || _noNewPrivileges,
            User = User(container.User ?? new UserConfig()),
        };
        return _capabilities.Count == 0 ? process : process with { Capabilities = With(process.Capabilities) };
    }

    /// <summary>Tells whoever asked which process it has become.</summary>
    public void Announce(int pid, SafeFileHandle process)
    {
        if (_pidfdSocket is not null) CreateOptions.SendPidfd(_pidfdSocket, process);
        CreateOptions.WritePidFile(_pidFile, pid);
    }

    // "PATH" or, for v1, "CONTROLLER,CONTROLLER:PATH". Only below the container's own.
    private void TakeSubgroup(string value)
    {
        var parts = value.Split(':');
        if (parts.Length > 2) throw new UsageException($"invalid --cgroup argument: {value}");
        if (ClimbsOut(parts[^1])) throw new RuntimeException($"bad sub cgroup path: {parts[^1]} is not a sub cgroup path");
        var path = Path.GetFullPath("/" + parts[^1]);
        if (parts.Length == 1 && _subgroups.Count > 0 || _subgroups.ContainsKey(""))
        {
            throw new UsageException($"invalid --cgroup argument: {value} (missing <controller>: prefix)");
        }

        foreach (var controller in parts.Length == 1 ? [""] : parts[0].Split(',')) _subgroups[controller] = path == "/" ? "" : path;
    }

    private static bool ClimbsOut(string path)
    {
        var depth = 0;
        foreach (var name in path.Split('/'))
        {
            depth += name switch { ".." => -1, "" or "." => 0, _ => 1 };
            if (depth < 0) return true;
        }

        return false;
    }

    private UserConfig User(UserConfig user)
    {
        if (_groups.Count > 0) user = user with { AdditionalGids = [.. user.AdditionalGids ?? [], .. _groups] };
        if (string.IsNullOrEmpty(_user)) return user;
        var parts = _user.Split(':', 2);
        if (parts.Length == 2) user = user with { Gid = Number("gid", parts[1]) };
        return user with { Uid = Number("uid", parts[0]) };
    }

    // runc's words.
    private static uint Number(string kind, string text) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : throw new RuntimeException($"bad {kind}: strconv.Atoi: parsing \"{text}\": invalid syntax");

    private CapabilitySets With(CapabilitySets? sets) => new()
    {
        Bounding = [.. sets?.Bounding ?? [], .. _capabilities],
        Effective = [.. sets?.Effective ?? [], .. _capabilities],
        Permitted = [.. sets?.Permitted ?? [], .. _capabilities],
        // Never more (CVE-2022-29162). Ambient ones are had as far as they are inheritable.
        Inheritable = sets?.Inheritable,
        Ambient = sets?.Inheritable is null ? sets?.Ambient : [.. sets.Ambient ?? [], .. _capabilities],
    };
}
