using Paas.Linux.Cgroups;
using Paas.Linux.Events;
using Paas.Linux.Spawning;
using Paas.Testing;

namespace Paas.Linux.Tests;

public sealed class SpawnTests
{
    private const string Look = """
        streams=$(readlink /proc/$$/fd/0 /proc/$$/fd/1 /proc/$$/fd/2)
        {
            echo "$streams"
            ls /proc/self/fd | tr '\n' ' '
            echo
            grep -E 'Sig(Blk|Ign)' /proc/self/status | tr -d '\t\n'
            echo
            ps -o sid= -p $$ | tr -d ' '
            echo $$
            cat /proc/self/cgroup
        } >&3
        """;

    [RootFact]
    public void A_program_starts_detached_in_its_group_with_nothing_of_its_starters()
    {
        var group = ControlGroup.At($"/paas-linux-spawn-{Environment.ProcessId}");
        group.Create(new CgroupLimits());
        try
        {
            var (pid, lines) = Run(["/bin/sh", "-c", Look], group, Native.SIGTERM, Native.SIGHUP);
            Assert.Equal(["/dev/null", "/dev/null", "/dev/null"], lines[..3]);
            // The last one is the directory that ls reads.
            Assert.Equal("0 1 2 3 4 ", lines[3]);
            Assert.Equal("SigBlk:0000000000004001SigIgn:0000000000000000", lines[4]);
            Assert.Equal([$"{pid}", $"{pid}"], lines[5..7]);
            var known = CgroupHierarchies.Current;
            Assert.All(
                lines[7..].Where(line => line.StartsWith("0::", StringComparison.Ordinal) || known.Legacy.Keys.Any(key => key != "cpuset" && line.Split(':')[1].Split(',').Contains(key))),
                line => Assert.EndsWith(group.Path, line, StringComparison.Ordinal));
        }
        finally
        {
            group.Remove();
        }
    }

    [Fact]
    public void A_program_that_is_not_there_is_said_to_be_so_and_leaves_no_process()
    {
        var (answers, report) = Descriptors.Pipe();
        using (answers)
        using (report)
        {
            var failure = Assert.Throws<LinuxException>(() => Spawn.Detached("/no/such/program", ["program"], report, group: null));
            Assert.Equal(Errno.ENOENT, failure.Errno);
            Assert.Contains("/no/such/program", failure.Message, StringComparison.Ordinal);
        }
    }

    private static (int Pid, string[] Lines) Run(string[] words, ControlGroup? group, params int[] blocked)
    {
        var path = Path.GetTempFileName();
        try
        {
            int pid;
            using (var report = Files.Open(path, Native.O_WRONLY)) pid = Spawn.Detached(words[0], words, report, group, blocked);
            using var child = Processes.Open(pid)!;
            Assert.NotNull(Processes.Reap(child));
            return (pid, File.ReadAllLines(path));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
