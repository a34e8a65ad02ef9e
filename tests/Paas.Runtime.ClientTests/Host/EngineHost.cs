using System.Diagnostics;
using Paas.Testing;

namespace Paas.Runtime.ClientTests.Host;

/// <summary>
/// A machine of its own for container engines (<c>host.sh</c>): they run with their defaults, in namespaces and control groups that go
/// with it. Nothing of the real machine's is seen, but for its files outside /run, /var and what is written to /etc.
/// </summary>
public sealed class EngineHost : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly Process _holder;
    private readonly int _init;

    private EngineHost(string name, Process holder, int init) => (Name, _holder, _init) = (name, holder, init);

    /// <summary>The control group, in every hierarchy of the real machine, that is this one's root.</summary>
    public string Name { get; }

    public static bool HasUnifiedCgroups => File.Exists("/sys/fs/cgroup/cgroup.controllers");

    public static async Task<EngineHost> StartAsync()
    {
        var name = $"paas-test-{Guid.NewGuid():N}"[..26];
        var holder = new Command("/bin/bash", Script("host.sh"), name).Start();
        using var deadline = new CancellationTokenSource(Patience);
        var line = await holder.StandardOutput.ReadLineAsync(deadline.Token);
        if (line != "ready") throw new InvalidOperationException($"no machine for the engines: {line} {await holder.StandardError.ReadToEndAsync()}");
        var init = int.Parse(await File.ReadAllTextAsync($"/proc/{holder.Id}/task/{holder.Id}/children"));
        return new EngineHost(name, holder, init);
    }

    /// <summary>A file of this machine, as the real one finds it.</summary>
    public string PathOf(string path) => $"/proc/{_init}/root{path}";

    /// <summary>Writes a file of this machine: in /etc, what an administrator would.</summary>
    public async Task WriteAsync(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(path))!);
        await File.WriteAllTextAsync(PathOf(path), text);
    }

    public async Task<string> ReadAsync(string path) => await File.ReadAllTextAsync(PathOf(path));

    /// <summary>Runs a command to its end.</summary>
    public Task<CommandResult> RunAsync(params IReadOnlyList<string> command) => Inside(command).RunAsync();

    /// <summary>Runs a command to its end, with something to read.</summary>
    public Task<CommandResult> RunWithInputAsync(string input, params IReadOnlyList<string> command) =>
        (Inside(command) with { Stdin = input }).RunAsync();

    /// <summary>Runs a command on a terminal of the test's.</summary>
    public TerminalSession OpenTerminal(int rows, int columns, params IReadOnlyList<string> command) =>
        TerminalSession.Start(Inside(command), rows, columns);

    /// <summary>Starts a daemon; what it says goes to a file of this machine.</summary>
    public async Task StartDaemonAsync(string log, params IReadOnlyList<string> command) =>
        (await RunAsync(["sh", "-c", "log=$1; shift; \"$@\" >>\"$log\" 2>&1 </dev/null &", "sh", log, .. command])).Succeeded();

    /// <summary>A limit of the control group that a process of this machine is in: the file of version 1's controller, or version 2's.</summary>
    public async Task<string> LimitAsync(int pid, string controller, string file, string unifiedFile)
    {
        var groups = (await RunAsync("cat", $"/proc/{pid}/cgroup")).Succeeded().Stdout.Split('\n').Select(line => line.Split(':', 3));
        var group = groups.First(parts => HasUnifiedCgroups ? parts[0] == "0" : parts[1].Split(',').Contains(controller))[2];
        return (await ReadAsync(HasUnifiedCgroups ? $"/sys/fs/cgroup{group}/{unifiedFile}" : $"/sys/fs/cgroup/{controller}{group}/{file}")).Trim();
    }

    public async ValueTask DisposeAsync()
    {
        Thaw();
        // The first process ends with its input, and the kernel ends all others, mounts and interfaces with it.
        _holder.StandardInput.Close();
        using var deadline = new CancellationTokenSource(Patience);
        await _holder.WaitForExitAsync(deadline.Token);
        _holder.Dispose();
        await Eventually.TrueAsync($"the control groups of {Name} are gone", Patience, () => Task.FromResult(TryRemoveGroups()));
    }

    // A frozen process does not die of a signal in version 1.
    private void Thaw()
    {
        foreach (var group in Groups())
        {
            foreach (var (file, thawed) in (ReadOnlySpan<(string, string)>)[("freezer.state", "THAWED"), ("cgroup.freeze", "0")])
            {
                var path = Path.Combine(group, file);
                if (File.Exists(path)) File.WriteAllText(path, thawed);
            }
        }
    }

    private bool TryRemoveGroups()
    {
        foreach (var group in Groups()) Directory.Delete(group);
        return true;
    }

    /// <summary>All control groups of this machine, the innermost first.</summary>
    private IEnumerable<string> Groups() =>
        Directory.GetDirectories("/sys/fs/cgroup").Append("/sys/fs/cgroup")
            .Select(hierarchy => Path.Combine(hierarchy, Name))
            .Where(Directory.Exists)
            .SelectMany(root => Directory.GetDirectories(root, "*", SearchOption.AllDirectories).Append(root))
            .OrderByDescending(group => group.Length);

    private Command Inside(IReadOnlyList<string> command) =>
        new("/usr/bin/nsenter", ["--target", $"{_init}", "--mount", "--net", "--pid", "--cgroup", "/bin/bash", Script("enter.sh"), .. command])
        {
            Timeout = Patience,
            Environment = new Dictionary<string, string?>
            {
                ["HOME"] = "/run/home", ["PATH"] = "/usr/sbin:/usr/bin:/sbin:/bin", ["DOCKER_HOST"] = null, ["CONTAINER_HOST"] = null, ["XDG_RUNTIME_DIR"] = null,
            },
        };

    private static string Script(string name) => Path.Combine(AppContext.BaseDirectory, "Host", name);
}
