using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;
using static Paas.Linux.Native;

namespace Paas.Linux.Launching;

/// <summary>Forks children that run a <see cref="LaunchProgram"/>.</summary>
public static unsafe class Launcher
{
    // Descriptors come from elsewhere too, from the lowest free number up.
    private const int DescriptorRoom = 32;

    /// <summary>What a child writes to say it is ready; failures have an operation's number instead.</summary>
    internal const int ReadyMark = -1;

    /// <summary>What a child writes when it has reached a place where its parent has something to do.</summary>
    internal const int WaypointMark = -2;

    /// <summary>What a child writes, with a pid, when another process goes on in its place.</summary>
    internal const int SuccessorMark = -3;

    /// <summary>What a child writes, with the number of a descriptor of its own that its parent is to take.</summary>
    internal const int DescriptorMark = -4;

    /// <summary>Adds the operation by which a child reports that it is ready (<see cref="LaunchedProcess.WaitUntilReady"/>).</summary>
    public static void AddReadyReport(LaunchProgram program, Pipe status) => AddReport(program, status, ReadyMark);

    /// <summary>Adds the report <see cref="LaunchedProcess.WaitForWaypoint"/> waits for.</summary>
    public static void AddWaypoint(LaunchProgram program, Pipe status) => AddReport(program, status, WaypointMark);

    /// <summary>
    /// Adds a second fork: a process with further namespaces goes on with what follows, as a child of this process's parent, and
    /// this one waits to be ended. The parent turns to it with <see cref="LaunchedProcess.WaitForSuccessor"/>; before that it must report nothing
    /// but failures, since nothing says which of the two reports first.
    /// </summary>
    /// <param name="program">The program.</param>
    /// <param name="status">Pipe the child reports through.</param>
    /// <param name="cloneFlags">CLONE_NEW*.</param>
    /// <param name="controlGroup">Descriptor of the unified hierarchy's group to be born in, or null.</param>
    public static void AddSuccessor(LaunchProgram program, Pipe status, ulong cloneFlags, nint? controlGroup)
    {
        var record = Record(program, SuccessorMark);
        var arguments = new clone_args
        {
            // Its parent gets the signal of the process that ends here. Not its pid is told, which may be one of another pid
            // namespace, but a pidfd, for the parent to take.
            flags = cloneFlags | CLONE_PARENT | CLONE_PIDFD,
            pidfd = (ulong)(record + 1),
        };
        if (controlGroup is { } group)
        {
            arguments.flags |= CLONE_INTO_CGROUP;
            arguments.cgroup = (ulong)group;
        }

        var clone = program.Add("clone3", null, SYS_clone3, program.Structure(arguments), sizeof(clone_args));
        program.Add("report", null, SYS_write, status.WriteEnd, (nint)record, 8);
        // Until the parent has taken the pidfd, and ends it.
        program.Add("wait for the runtime", null, SYS_ppoll, 0, 0, 0, 0, 0);
        clone.OnZero(program.Count);
    }

    /// <summary>Adds the report <see cref="LaunchedProcess.TakeDescriptor"/> waits for.</summary>
    /// <param name="program">The program.</param>
    /// <param name="status">Pipe the child reports through.</param>
    /// <param name="descriptor">Holds the descriptor's number.</param>
    public static void AddDescriptorReport(LaunchProgram program, Pipe status, Register descriptor)
    {
        var record = Record(program, DescriptorMark);
        program.AddStore((nint)(record + 1), descriptor);
        program.Add("report", null, SYS_write, status.WriteEnd, (nint)record, 8);
    }

    private static void AddReport(LaunchProgram program, Pipe status, int mark) =>
        program.Add("report", null, SYS_write, status.WriteEnd, (nint)Record(program, mark), 8);

    private static int* Record(LaunchProgram program, int mark)
    {
        var record = (int*)program.Memory(8);
        record[0] = mark;
        return record;
    }

    /// <summary>Forks a child with clone3(2) and lets it run the program. The program must end in execve or exit_group.</summary>
    /// <param name="program">What the child does.</param>
    /// <param name="status">Pipe the child reports through; its writing end is closed in this process.</param>
    /// <param name="cloneFlags">CLONE_NEW*.</param>
    /// <param name="controlGroup">Directory of the unified hierarchy's group to be born in, or null.</param>
    /// <param name="image">What <see cref="PrepareApart"/> made of the program, or null.</param>
    public static LaunchedProcess Launch(
        LaunchProgram program, Pipe status, ulong cloneFlags, SafeFileHandle? controlGroup = null, SafeFileHandle? image = null)
    {
        var pidfd = -1;
        var arguments = new clone_args
        {
            flags = cloneFlags | CLONE_PIDFD | (image is null ? 0UL : CLONE_VM | CLONE_VFORK),
            pidfd = (ulong)&pidfd,
            exit_signal = SIGCHLD,
        };
        if (controlGroup is not null)
        {
            arguments.flags |= CLONE_INTO_CGROUP;
            arguments.cgroup = (ulong)controlGroup.DangerousGetHandle();
        }

        // With every signal blocked nothing of the runtime (its suspension signal first of all) can run in the child.
        ulong all = ulong.MaxValue, before;
        Kernel.Check(Kernel.Call(SYS_rt_sigprocmask, SIG_SETMASK, (nint)(&all), (nint)(&before), 8), "sigprocmask");
        var result = image is null ? Fork(program, status, &arguments) : Start(program, status, &arguments, image);
        Kernel.Check(Kernel.Call(SYS_rt_sigprocmask, SIG_SETMASK, (nint)(&before), 0, 8), "sigprocmask");
        if (result < 0) throw new LinuxException("clone3", (int)-result);
        status.CloseWriteEnd();
        return new LaunchedProcess(program, status, (int)result, Kernel.Handle(pidfd));
    }

    /// <summary>
    /// For <see cref="Launch"/> of a child whose root may be the host's: makes it an executable of its own that nobody can change
    /// (<see cref="ChildImage"/>), to run in place of this program. All its descriptors stay open in it, and across its execve too
    /// unless the program closes them. Not together with CLONE_NEWUSER: executing would take the child's rights in the new
    /// namespace. Null where such files cannot be executed (<see cref="CanLaunchApart"/>).
    /// </summary>
    /// <param name="program">What the child does; it must be complete.</param>
    /// <param name="status">Pipe the child reports through.</param>
    public static SafeFileHandle? PrepareApart(LaunchProgram program, Pipe status) =>
        ChildImage.IsAvailable ? ChildImage.Create(program, (int)status.WriteEnd) : null;

    /// <summary>Whether children can be given an executable of their own here.</summary>
    public static bool CanLaunchApart => ChildImage.IsAvailable;

    private static long Start(LaunchProgram program, Pipe status, clone_args* arguments, SafeFileHandle image)
    {
        var start = new ChildStart
        {
            CloneArguments = (nint)arguments,
            CloneArgumentsSize = sizeof(clone_args),
            DescriptorLimit = Kernel.HighestDescriptor + DescriptorRoom,
            Image = image.DangerousGetHandle(),
            Path = program.Text(""),
            Arguments = program.Texts(["paas-runtime"]),
            Environment = program.Texts([]),
            Status = status.WriteEnd,
            Report = program.Memory(8),
        };
        return SyscallStub.Starter(&start);
    }

    private static long Fork(LaunchProgram program, Pipe status, clone_args* arguments)
    {
        var image = new LaunchImage
        {
            Operations = program.Operations,
            Count = program.Count,
            StatusDescriptor = (int)status.WriteEnd,
            Registers = (long*)program.Memory((program.RegisterCount + 1) * sizeof(long)),
            Stub = SyscallStub.Call,
        };
        image.CloneCall[0] = SYS_clone3;
        image.CloneCall[1] = (long)arguments;
        image.CloneCall[2] = sizeof(clone_args);
        return Fork(&image);
    }

    // The child never leaves this method, and in it makes no call but the stub's. Optimized at once: a method replaced while it
    // loops (on-stack replacement) would call into the runtime.
    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static long Fork(LaunchImage* image)
    {
        var stub = image->Stub;
        var pid = stub(image->CloneCall);
        if (pid != 0) return pid;

        var call = stackalloc long[7];
        var next = 0;
        var failure = EndOfProgram;
        while (next < image->Count)
        {
            var operation = image->Operations + next;
            call[0] = operation->Call[0];
            for (var i = 0; i < 6; i++)
            {
                var value = operation->Call[i + 1];
                call[i + 1] = (operation->RegisterArguments & (1 << i)) != 0 ? image->Registers[value] : value;
            }

            // Written out here: a call of another method is not to be had in this process.
            long result;
            if (call[0] == Operation.Compare) result = (*(uint*)call[1] & (uint)call[2]) == (uint)call[3] ? 0 : -call[4];
            else if (call[0] == Operation.CheckExit)
            {
                var status = *(int*)call[1];
                result = (status & 0x7F) != 0 ? -(Operation.SignalBase + (status & 0x7F)) : -((status >> 8) & 0xFF);
            }
            else if (call[0] == Operation.Store)
            {
                *(int*)call[1] = (int)call[2];
                result = 0;
            }
            else result = stub(call);
            if (result == -Errno.EINTR) continue;
            if (operation->ResultRegister >= 0) image->Registers[operation->ResultRegister] = result;
            if (result == 0 && operation->ZeroFails != 0) result = -Errno.EPIPE;
            if (result >= 0 || result < -4095)
            {
                next = result == 0 && operation->ZeroTarget >= 0 ? operation->ZeroTarget : operation->SuccessTarget;
                continue;
            }

            var target = -1;
            for (var i = 0; i < Operation.Slots; i++)
            {
                if (operation->ToleratedErrors[i] != 0 && operation->ToleratedErrors[i] == -result) target = operation->ErrorTargets[i];
            }

            if (target < 0)
            {
                failure = (int)-result;
                break;
            }

            next = target;
        }

        var report = stackalloc int[2];
        report[0] = next;
        report[1] = failure;
        if (failure != EndOfProgram)
        {
            call[0] = SYS_write;
            call[1] = image->StatusDescriptor;
            call[2] = (long)report;
            call[3] = 8;
            stub(call);
        }

        while (true)
        {
            call[0] = SYS_exit_group;
            call[1] = failure == EndOfProgram ? 0 : 1;
            stub(call);
        }
    }

    private const int EndOfProgram = 0;
}
