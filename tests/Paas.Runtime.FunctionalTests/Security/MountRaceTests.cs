using System.Diagnostics;
using Paas.Testing;
using Xunit;
using Xunit.Abstractions;

namespace Paas.Runtime.FunctionalTests.Security;

/// <summary>
/// Two containers that share a volume, in which one swaps a directory and a symbolic link to the host as fast as it can while the
/// other is made with mounts in it (CVE-2021-30465): no mount, file or directory ever appears on the host.
/// </summary>
public sealed class MountRaceTests(ITestOutputHelper output)
{
    private const string Swapper = """
        #define _GNU_SOURCE
        #include <fcntl.h>
        #include <stdio.h>
        #include <sys/stat.h>
        #include <unistd.h>
        int main(int count, char **names) {
            mkdir("/volume/dir", 0777);
            symlink(names[1], "/volume/link");
            write(1, "swapping\n", 9);
            for (;;) renameat2(AT_FDCWD, "/volume/dir", AT_FDCWD, "/volume/link", RENAME_EXCHANGE);
        }
        """;

    private static int Rounds => Environment.GetEnvironmentVariable("PAAS_SOAK") == "1" ? 1000 : 100;

    [OlderRuntimesFailFact("runc before 1.0.0-rc95 mounts on the host; later ones fail for a working place now and then")]
    public void No_mount_is_ever_led_to_the_host()
    {
        using var first = new TestContainer();
        var trap = new HostTrap(first);
        var volume = first.Path("volume");
        Directory.CreateDirectory(volume);
        Compile(first);
        // The link is absolute: on the host it leads into the trap, and in the container nowhere.
        first.Process["args"] = new System.Text.Json.Nodes.JsonArray("/bin/swap", trap.Path);
        first.Mount("/volume", "bind", volume, "bind");
        first.RunDetached().ShouldSucceed();
        TestContainer.Eventually(() => first.DetachedOutput.Contains("swapping"), "the first container swaps");

        using var second = new TestContainer();
        var source = second.Path("source");
        Directory.CreateDirectory(source);
        second.Mount("/volume", "bind", volume, "bind");
        second.Mount("/volume/dir", "tmpfs", "tmpfs", "mode=777");
        second.Mount("/volume/dir/pts", "bind", source, "bind");
        second.Mount("/volume/link/made/deeper", "bind", source, "bind");
        second.Linux["devices"] = new System.Text.Json.Nodes.JsonArray(
            new System.Text.Json.Nodes.JsonObject { ["path"] = "/volume/link/device", ["type"] = "c", ["major"] = 1, ["minor"] = 3 });
        second.WriteConfig();
        var clock = Stopwatch.StartNew();
        var made = 0;
        for (var round = 0; round < Rounds; round++)
        {
            var outcome = second.Run();
            if (outcome.ExitCode == 0) made++;
            trap.AssertUntouched(outcome);
        }

        output.WriteLine($"{Rounds} rounds in {clock.Elapsed.TotalSeconds:F1} s, {made} containers ran");
        Assert.Empty(second.HostMounts());
        Assert.True(File.Exists(Path.Combine(volume, "dir")) || Directory.Exists(Path.Combine(volume, "dir")), "nobody swapped");
    }

    private static void Compile(TestContainer container)
    {
        var source = container.Path("swap.c");
        File.WriteAllText(source, Swapper);
        RuntimeUnderTest.Execute("/usr/bin/gcc", "-static", "-O2", "-w", "-o", Path.Combine(container.Rootfs, "bin/swap"), source).ShouldSucceed();
    }
}
