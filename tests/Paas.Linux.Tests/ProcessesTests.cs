using System.Diagnostics;
using Xunit;

namespace Paas.Linux.Tests;

public sealed class ProcessesTests
{
    [Fact]
    public void A_process_has_the_start_time_that_the_kernel_tells()
    {
        var stat = File.ReadAllText("/proc/self/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        Assert.Equal(ulong.Parse(fields[19]), Processes.StartTime(Environment.ProcessId));
        Assert.Equal(int.Parse(fields[3]), Processes.Session(Environment.ProcessId));
    }

    [Fact]
    public void A_name_with_parentheses_and_spaces_is_no_hindrance()
    {
        var directory = Directory.CreateTempSubdirectory("paas-test-");
        try
        {
            var program = Path.Combine(directory.FullName, "a) Z 1 (b");
            File.CreateSymbolicLink(program, "/bin/sleep");
            using var child = Process.Start(program, "60");
            try
            {
                Assert.Contains("a) Z 1 (b", File.ReadAllText($"/proc/{child.Id}/stat"));
                var own = Processes.StartTime(Environment.ProcessId);
                Assert.InRange(Processes.StartTime(child.Id)!.Value, own!.Value, ulong.MaxValue - 1);
            }
            finally
            {
                child.Kill();
                child.WaitForExit();
            }
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    [Fact]
    public void One_that_is_gone_has_none()
    {
        Assert.Null(Processes.StartTime(int.MaxValue));
        Assert.Null(Processes.Session(int.MaxValue));
    }

    [Fact(Timeout = 30_000)]
    public async Task One_that_only_waits_to_be_reaped_has_none()
    {
        // What the shell becomes before its child ends does not know of it.
        using var parent = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "sleep 0.3 & echo $!; exec sleep 60"]) { RedirectStandardOutput = true })!;
        try
        {
            var child = int.Parse(parent.StandardOutput.ReadLine()!);
            while (!File.ReadAllText($"/proc/{child}/stat").Contains(") Z ", StringComparison.Ordinal)) await Task.Delay(1);
            Assert.Null(Processes.StartTime(child));
        }
        finally
        {
            parent.Kill();
            parent.WaitForExit();
        }
    }
}
