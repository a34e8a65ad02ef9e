using System.Diagnostics;
using System.Globalization;

namespace Paas.Testing.Servers;

/// <summary>
/// The whole platform from the built programs, beside whatever else runs on this host: its own directories, ports, bridge,
/// subnet and cgroup parent. paasd and paas-router run under <c>paas-keep</c>, so a killed one comes back as it does when installed.
/// </summary>
public sealed class PaasServer : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ServerSlot _slot = ServerSlot.Take();
    private readonly TestSshd _sshd;
    private readonly string _bridge;
    private readonly string _subnet;
    private readonly string _cgroupParent;
    private readonly IReadOnlyList<string> _options;
    private Process? _daemon;
    private Process? _router;

    /// <param name="options">More options for paasd.</param>
    public PaasServer(params IReadOnlyList<string> options)
    {
        _options = options;
        _bridge = $"paast{_slot.Number}";
        _subnet = $"10.{215 + _slot.Number}.0.0/16";
        _cgroupParent = $"/paas-test{_slot.Number}";
        HttpPort = Ports.Free();
        HttpsPort = Ports.Free();
        SshPort = Ports.Free();
        _sshd = new TestSshd(At("sshd"));
        Visitor = new Visitor(HttpPort);
        foreach (var name in (string[])["data", "run", "router", "router-run", "home", "log"]) Directory.CreateDirectory(At(name));
        // As when installed: sessions over SSH, which have no rights here, reach the socket.
        foreach (var path in (string[])[_directory.Path, At("run")]) File.SetUnixFileMode(path, Passable);
    }

    public string Domain => "localhost";

    /// <summary>This host's address on the apps' bridge, once paasd runs.</summary>
    public string Gateway => $"10.{215 + _slot.Number}.0.1";

    public int HttpPort { get; }

    public int HttpsPort { get; }

    public int SshPort { get; }

    public Visitor Visitor { get; }

    public string DataDirectory => At("data");

    public string RunDirectory => At("run");

    public string Socket => At("run/paasd.sock");

    public string Home => At("home");

    public string DashboardUrl => $"http://paas.{Domain}:{HttpPort}";

    private const UnixFileMode Passable =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private static string Keep => Path.Combine(Repository.Root, "src/Paas.Daemon/service/paas-keep");

    private IReadOnlyList<string> DaemonOptions =>
    [
        "--data", DataDirectory, "--run", At("run"), "--programs", Programs.Root, "--router-socket", At("router-run/router.sock"),
        "--domain", Domain, "--http-port", Text(HttpPort), "--https-port", Text(HttpsPort),
        "--ssh-port", Text(SshPort), "--sshd", _sshd.Program, "--bridge", _bridge, "--subnet", _subnet, "--cgroup-parent", _cgroupParent,
        // Other tests want the processors as well, and apps that are tested do not mind.
        "--build-priority", "normal",
        .. _options,
    ];

    /// <summary>Starts both programs on base images that are built once and kept between runs.</summary>
    public async Task StartAsync()
    {
        await TestStack.CopyIntoAsync(DataDirectory);
        StartRouter();
        StartDaemon();
        try
        {
            await AnswersAsync();
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message}\n{Diagnostics()}", e);
        }
    }

    private async Task AnswersAsync()
    {
        await Eventually.TrueAsync("paasd answers", TimeSpan.FromSeconds(60), async () => (await PaasAsync("apps")).ExitCode == 0);
        await Eventually.TrueAsync("the router knows the dashboard", TimeSpan.FromSeconds(30), async () =>
            (int)(await Visitor.GetAsync($"paas.{Domain}", "/v1/version")).Status == 200);
    }

    public void StartDaemon() => _daemon = KeepAlive("paasd", Programs.Daemon, DaemonOptions);

    public void StartRouter() => _router = KeepAlive("paas-router", Programs.Router,
    [
        "--data", At("router"), "--run", At("router-run"), "--logs", Path.Combine(DataDirectory, "logs"),
        "--domain", Domain, "--http-port", Text(HttpPort), "--https-port", Text(HttpsPort),
    ]);

    /// <summary>Pid of <c>paasd</c> or <c>paas-router</c> as it runs now.</summary>
    public int Pid(string program) => int.Parse(File.ReadAllText(At($"run/{program}.pid")), CultureInfo.InvariantCulture);

    /// <summary>kill -9; paas-keep starts it again.</summary>
    public void Kill(string program) => Process.GetProcessById(Pid(program)).Kill();

    /// <summary>Stops a program and its paas-keep, as an operator would.</summary>
    public async Task StopAsync(string program)
    {
        var keep = program == "paasd" ? _daemon : _router;
        if (keep is null || keep.HasExited) return;
        await new Command("kill", "-TERM", Text(keep.Id)).RunAsync();
        await keep.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));
    }

    /// <summary>The CLI as root on the server.</summary>
    public Task<CommandResult> PaasAsync(params IReadOnlyList<string> arguments) => PaasInAsync(null, arguments);

    public Task<CommandResult> PaasInAsync(string? directory, params IReadOnlyList<string> arguments) =>
        new Command(Programs.Paas, arguments) { Directory = directory, Environment = UserEnvironment() }.RunAsync();

    public Task<CommandResult> GitAsync(string directory, params IReadOnlyList<string> arguments) =>
        new Command("git", arguments) { Directory = directory, Environment = UserEnvironment(), Timeout = TimeSpan.FromMinutes(10) }.RunAsync();

    /// <summary>What paasd and the router printed, for a failing test's message.</summary>
    public string Diagnostics() => string.Join('\n', Directory.GetFiles(At("log")).Select(file => $"== {file}\n{File.ReadAllText(file)}"));

    public Dictionary<string, string?> UserEnvironment() => new()
    {
        ["HOME"] = Home,
        ["PAAS_SOCKET"] = Socket,
        ["GIT_TERMINAL_PROMPT"] = "0",
        ["GIT_CONFIG_NOSYSTEM"] = "1",
        ["XDG_CONFIG_HOME"] = null,
        ["PATH"] = $"{Path.GetDirectoryName(Programs.Paas)}:{Environment.GetEnvironmentVariable("PATH")}",
        ["GIT_AUTHOR_NAME"] = "Ada",
        ["GIT_AUTHOR_EMAIL"] = "ada@example.com",
        ["GIT_COMMITTER_NAME"] = "Ada",
        ["GIT_COMMITTER_EMAIL"] = "ada@example.com",
    };

    public async ValueTask DisposeAsync()
    {
        await StopAsync("paasd");
        await StopAsync("paas-router");
        var teardown = await new Command(
            Programs.Daemon, "teardown", "--data", DataDirectory, "--run", At("run"), "--programs", Programs.Root,
            "--bridge", _bridge, "--subnet", _subnet, "--cgroup-parent", _cgroupParent).RunAsync();
        Visitor.Dispose();
        teardown.Succeeded();
        _directory.Dispose();
        _slot.Dispose();
    }

    private string At(string relative) => _directory.Combine(relative);

    private Process KeepAlive(string name, string program, IReadOnlyList<string> options)
    {
        var environment = new Dictionary<string, string?> { ["PAAS_RUN"] = At("run"), ["PAAS_LOG"] = At("log") };
        var process = new Command(Keep, [name, program, .. options]) { Environment = environment }.Start();
        process.StandardInput.Close();
        return process;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
