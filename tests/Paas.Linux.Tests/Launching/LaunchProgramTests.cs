using Paas.Linux.Launching;
using Xunit;
using static Paas.Linux.Native;

namespace Paas.Linux.Tests.Launching;

/// <summary>What a forked child does with its list of system calls: the operations that are none, and the ways to go on.</summary>
public sealed unsafe class LaunchProgramTests
{
    [Fact]
    public void A_comparison_passes_what_is_equal_under_its_mask_and_fails_with_its_error_else()
    {
        Assert.Equal(7, Run(program =>
        {
            var value = program.Structure(0xAB05u);
            program.AddCompare("compare", null, value, 0x05, Errno.ENODEV, mask: 0xFF);
            Exit(program, 7);
        }));
        var failure = Assert.Throws<LinuxException>(() => Run(program =>
        {
            program.AddCompare("compare", "it", program.Structure(0xAB05u), 0x05, Errno.ENODEV);
            Exit(program, 7);
        }));
        Assert.Equal(("compare", "it", Errno.ENODEV), (failure.Syscall, failure.Path, failure.Errno));
    }

    [Fact]
    public void A_failed_comparison_can_lead_elsewhere()
    {
        Assert.Equal(4, Run(program =>
        {
            var compare = program.AddCompare("compare", null, program.Memory(4), 1, Errno.EACCES);
            Exit(program, 3);
            compare.On(Errno.EACCES, program.Count);
            Exit(program, 4);
        }));
    }

    [Fact]
    public void A_stored_result_is_there_for_a_later_call_a_failures_too()
    {
        Assert.Equal(5, Run(program =>
        {
            var result = program.NewRegister();
            var kept = program.Memory(4);
            program.Add("close", null, SYS_close, -1).Into(result).Tolerate(Errno.EBADF);
            program.AddStore(kept, result);
            program.AddCompare("compare", null, kept, unchecked((uint)-Errno.EBADF), Errno.EINVAL);
            Exit(program, 5);
        }));
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(3 << 8, "step: exit status 3")]
    [InlineData(SIGKILL, "step: signal: killed")]
    public void An_exit_check_tells_the_ways_to_end_apart(int status, string? message)
    {
        var run = () => Run(program =>
        {
            program.AddExitCheck("step", program.Structure(status));
            Exit(program, 6);
        });
        if (message is null) Assert.Equal(6, run());
        else Assert.Equal(message, Assert.Throws<ExitException>(() => run()).Message);
    }

    [Fact]
    public void After_a_result_of_zero_the_way_can_be_another()
    {
        Assert.Equal(2, Run(program =>
        {
            // A time of zero runs out at once.
            var wait = program.Add("poll", null, SYS_ppoll, 0, 0, program.Memory(16), 0, 0);
            Exit(program, 1);
            wait.OnZero(program.Count);
            Exit(program, 2);
        }));
    }

    [Fact]
    public void A_child_can_fork_and_wait_for_a_program_of_its_own()
    {
        Assert.Equal(8, Run(program =>
        {
            var pid = program.NewRegister();
            var end = program.Memory(sizeof(int));
            var fork = program.Add("fork", null, SYS_clone, SIGCHLD, 0, 0, 0, 0).Into(pid);
            program.Add("wait", null, SYS_wait4, pid, end, 0, 0);
            program.AddCompare("compare", null, end, 21 << 8, Errno.EINVAL);
            Exit(program, 8);
            fork.OnZero(program.Count);
            Exit(program, 21);
        }));
    }

    [Fact]
    public void A_successor_goes_on_as_this_processs_child()
    {
        var (program, status) = (new LaunchProgram(), new Pipe());
        using var go = new Pipe();
        Launcher.AddSuccessor(program, status, 0, controlGroup: null);
        program.Add("wait for the parent", null, SYS_read, go.ReadEnd, program.Memory(1), 1).NeedsData();
        Launcher.AddReadyReport(program, status);
        Exit(program, 9);
        using var child = Launcher.Launch(program, status, 0);
        var first = child.Pid;
        child.WaitForSuccessor();
        Assert.NotEqual(first, child.Pid);
        Assert.Null(Processes.StartTime(first));
        go.WriteByte();
        child.WaitUntilReady();
        Assert.Equal(9, Processes.Reap(child.Handle)!.Value.ExitCode);
    }

    private static void Exit(LaunchProgram program, int code) => program.Add("exit", null, SYS_exit_group, code);

    // The child's exit code, or its report of what failed: the same in a plain fork and in a child with a program of its own.
    private static int? Run(Action<LaunchProgram> compile)
    {
        int? plain = null, apart = null;
        var failure = Xunit.Record.Exception(() => plain = Run(compile, (program, status) => Launcher.Launch(program, status, 0)));
        var failureApart = Xunit.Record.Exception(() => apart = Run(compile, (program, status) =>
        {
            using var image = Launcher.PrepareApart(program, status);
            return Launcher.Launch(program, status, 0, image: image);
        }));
        Assert.Equal((plain, failure?.Message), (apart, failureApart?.Message));
        return failure is null ? plain : throw failure;
    }

    private static int? Run(Action<LaunchProgram> compile, Func<LaunchProgram, Pipe, LaunchedProcess> launch)
    {
        var (program, status) = (new LaunchProgram(), new Pipe());
        compile(program);
        using var child = launch(program, status);
        try
        {
            child.WaitForExec();
        }
        catch
        {
            child.Abandon();
            throw;
        }

        return Processes.Reap(child.Handle)!.Value.ExitCode;
    }
}
