using Paas.Testing;

namespace Paas.Machine.Tests;

/// <summary>
/// A fresh Debian with systemd and pure cgroup v2, made by <c>tests/machine/machine</c>. This checkout and the .NET SDK are seen in
/// it, read-only, at the paths they have here.
/// </summary>
public sealed class Machine : IAsyncDisposable
{
    private static readonly TimeSpan MakingAnImage = TimeSpan.FromMinutes(15);

    private readonly MachineSlot _slot = MachineSlot.Take();

    /// <summary>Where the SDK that runs these tests is.</summary>
    public static string Dotnet { get; } = Path.GetDirectoryName(Path.GetFullPath(Environment.ProcessPath!))!;

    /// <summary>The image of a second disk, <c>/dev/ubdb</c>, from the next start on.</summary>
    public string? DataDisk { get; set; }

    /// <summary>Makes the image unless there is one, starts the machine and waits until it is up.</summary>
    public async Task StartAsync()
    {
        (await ScriptAsync("down")).Succeeded();
        (await (Script("build") with { Timeout = MakingAnImage }).RunAsync()).Succeeded();
        await PowerOnAsync();
    }

    /// <summary>Runs shell commands as root.</summary>
    public Task<CommandResult> ShellAsync(string commands, TimeSpan? timeout = null) =>
        (Script("ssh", "1", commands) with { Timeout = timeout ?? TimeSpan.FromMinutes(5) }).RunAsync();

    /// <summary>Shuts it down in order and starts it again.</summary>
    public async Task RebootAsync()
    {
        (await ScriptAsync("stop", "1")).Succeeded();
        await PowerOnAsync();
    }

    /// <summary>Ends it as a power cut does and starts it again.</summary>
    public async Task CutPowerAsync()
    {
        (await ScriptAsync("cut", "1")).Succeeded();
        await PowerOnAsync();
    }

    public async ValueTask DisposeAsync()
    {
        (await ScriptAsync("down")).Succeeded();
        _slot.Dispose();
    }

    private async Task PowerOnAsync()
    {
        (await ScriptAsync("start", "1")).Succeeded();
        // The script has a time limit of its own for this and shows the console when it passes.
        (await (Script("wait", "1") with { Timeout = TimeSpan.FromHours(1) }).RunAsync()).Succeeded();
    }

    private Task<CommandResult> ScriptAsync(params IReadOnlyList<string> arguments) => Script(arguments).RunAsync();

    private Command Script(params IReadOnlyList<string> arguments) => new(Path.Combine(Repository.Root, "tests/machine/machine"), arguments)
    {
        Environment = new Dictionary<string, string?>
        {
            ["PAAS_MACHINE_RUN"] = _slot.Name,
            ["PAAS_MACHINE_SHARE"] = $"{Repository.Root}:{Dotnet}",
            ["PAAS_MACHINE_DATA"] = DataDisk,
        },
    };
}
