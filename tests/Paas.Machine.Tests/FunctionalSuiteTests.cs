using System.Globalization;
using System.Text.RegularExpressions;
using Paas.Testing;
using Xunit.Abstractions;

namespace Paas.Machine.Tests;

/// <summary>
/// The runtime's functional suite where users run it: pure cgroup v2, systemd, a kernel of Debian's. The suite's own report is kept in
/// <c>artifacts/test-results/machine-RUNTIME.log</c>.
/// </summary>
[Collection(MachineCollection.Name)]
public sealed class FunctionalSuiteTests(MachineFixture fixture, ITestOutputHelper output)
{
    /// <summary>
    /// What depends on control groups, namespaces, the kernel's version or systemd. The rest is the same everywhere, and a test takes
    /// seconds there; with <c>--soak</c> it runs as well, in its ordinary form.
    /// </summary>
    private const string EveryRun = "Machine=Always";

    private static readonly string Suite =
        AppContext.BaseDirectory.Replace("Paas.Machine.Tests", "Paas.Runtime.FunctionalTests", StringComparison.Ordinal) + "Paas.Runtime.FunctionalTests.dll";

    [MachineFact]
    public Task Ours_passes() => PassesAsync("", "paas-runtime");

    [SoakMachineFact]
    public Task Runc_passes() => PassesAsync("/usr/sbin/runc", "runc");

    [SoakMachineFact]
    public Task Crun_passes() => PassesAsync("/usr/bin/crun", "crun");

    private async Task PassesAsync(string runtime, string name)
    {
        var result = await fixture.Machine.ShellAsync(Commands(runtime), TimeSpan.FromMinutes(60));
        await File.WriteAllTextAsync(Path.Combine(Directory.CreateDirectory(Path.Combine(Repository.Root, "artifacts/test-results")).FullName, $"machine-{name}.log"), result.Output);
        var (passed, failed, skipped) = (Count(result, "Passed"), Count(result, "Failed"), Count(result, "Skipped"));
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"measured: functional suite of {name} on pure cgroup v2 with systemd{(Soak.IsOn ? "" : ", only what depends on the kernel (--soak runs all)")}: {passed} passed, {failed} failed, {skipped} skipped in {result.Elapsed.TotalSeconds:F0} s"));
        result.Succeeded();
        Assert.Equal(0, failed);
        Assert.True(passed > 0, $"no test ran:\n{result}");
    }

    private static string Commands(string runtime) =>
        $"""
        set -e
        [ "$(stat -f -c %T /sys/fs/cgroup)" = cgroup2fs ]
        export HOME=/root DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1
        export PAAS_PROGRAMS={Programs.Root} PAAS_TEST_PATIENCE=5 RUNTIME={runtime}
        cd /tmp
        exec {Machine.Dotnet}/dotnet exec {Machine.Dotnet}/sdk/*/vstest.console.dll {Suite} --logger:'console;verbosity=detailed' {(Soak.IsOn ? "" : $"--TestCaseFilter:'{EveryRun}'")}
        """;

    private static int Count(CommandResult result, string outcome)
    {
        var match = Regex.Match(result.Stdout, $@"^ *{outcome}: *(\d+)", RegexOptions.Multiline);
        return match.Success ? int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : 0;
    }
}
