using Paas.Linux;
using Paas.Linux.Launching;
using Paas.Oci.Runtime;
using static Paas.Linux.Native;

namespace Paas.Runtime.Containers;

/// <summary>The end of every child: descriptors, limits, working directory, signals, execve.</summary>
internal sealed class ExecuteSteps(LaunchProgram program)
{
    private const int FirstFreeDescriptor = 3;

    /// <summary>The three standard streams get their places, whatever places they come from.</summary>
    public void PlaceStandardStreams(Argument input, Argument output, Argument error)
    {
        if ((input, output, error) == ((Argument)0, (Argument)1, (Argument)2)) return;
        DescriptorPlaces.Fill(program, input, output, error);
    }

    /// <summary>
    /// Closes every other descriptor, not only on execve: a working directory below <c>/proc/self/fd</c> must not find one
    /// (CVE-2024-21626).
    /// </summary>
    public void CloseOthers(int preserved, IEnumerable<long> kept)
    {
        long[] sorted = [.. kept];
        Array.Sort(sorted);
        long first = FirstFreeDescriptor + preserved;
        foreach (var keep in sorted)
        {
            if (keep > first) program.Add("close descriptors", null, SYS_close_range, first, keep - 1, 0);
            first = Math.Max(first, keep + 1);
        }

        program.Add("close descriptors", null, SYS_close_range, first, uint.MaxValue, 0);
    }

    /// <summary>Sets resource limits of the process; <see cref="ProcessLimits"/> made them possible.</summary>
    public void SetLimits(IReadOnlyList<(int Kind, rlimit64 Limit)> limits)
    {
        foreach (var (kind, limit) in limits) program.Add("set resource limit", $"{kind}", SYS_prlimit64, 0, kind, program.Structure(limit), 0);
    }

    /// <summary>Enters the working directory, while the process still has the rights to get there.</summary>
    /// <returns>What <see cref="EnterWorkingDirectoryAtLast"/> has to know.</returns>
    public nint EnterWorkingDirectory(string path)
    {
        var result = program.NewRegister();
        var outcome = program.Memory(sizeof(int));
        program.Add("chdir", path, SYS_chdir, program.Text(path)).Into(result).Tolerate(Errno.EACCES);
        program.AddStore(outcome, result);
        CheckWorkingDirectory(path);
        return outcome;
    }

    /// <summary>Enters it as the process's user, where root was not let in: on a filesystem of the network, or of a user the namespace does not map.</summary>
    public void EnterWorkingDirectoryAtLast(string path, nint outcome)
    {
        var entered = program.AddCompare("chdir", path, outcome, 0, Errno.EACCES).Tolerate(Errno.EACCES);
        program.Add("chdir", path, SYS_chdir, program.Text(path));
        CheckWorkingDirectory(path);
        entered.OnSuccess(program.Count);
    }

    // The kernel does not begin the path of a directory outside of the root with a slash. A link in the container can lead there, by the
    // files of a process in procfs, where whoever enters has the host's rights. With runc's words.
    private void CheckWorkingDirectory(string path)
    {
        if (path == "/") return;
        const int PathMax = 4096; // linux/limits.h
        const string Step = "current working directory is outside of container mount namespace root -- possible container breakout detected:";
        var name = program.Memory(PathMax);
        program.Add(Step, path, SYS_getcwd, name, PathMax);
        program.AddCompare(Step, path, name, '/', Errno.EPERM, 0xFF);
    }

    /// <summary>Fails, before anyone waits for a start, when the program is not there.</summary>
    /// <param name="process">From the bundle.</param>
    /// <param name="filtered">Whether a filter is in force, which may let nobody look: then execve will tell.</param>
    public void CheckProgram(ProcessConfig process, bool filtered)
    {
        var look = filtered ? program.Add(ProgramFailure.Search, "/", SYS_faccessat2, AT_FDCWD, program.Text("/"), 0, AT_EACCESS) : (OperationRules?)null;
        var checks = new List<OperationRules>();
        var directories = new List<OperationRules>();
        foreach (var candidate in Candidates(process))
        {
            // With the rights execve goes by: capabilities count.
            checks.Add(program.Add(ProgramFailure.Search, process.Args![0], SYS_faccessat2, AT_FDCWD, program.Text(candidate), 1 /* X_OK */, AT_EACCESS));
            // A directory is executable in its own way.
            directories.Add(program.Add(ProgramFailure.Search, process.Args[0], SYS_faccessat2, AT_FDCWD, program.Text(candidate + "/."), 0 /* F_OK */, AT_EACCESS));
        }

        var none = program.AddCompare(ProgramFailure.Search, process.Args![0], program.Memory(4), 1, Errno.EACCES);
        Chain(checks);
        for (var i = 0; i < directories.Count; i++)
        {
            directories[i].On(Errno.ENOTDIR, program.Count).OnSuccess(i + 1 < checks.Count ? checks[i + 1].Number : none.Number);
        }

        if (look is { } probe) probe.On(Errno.EPERM, program.Count).On(Errno.ENOSYS, program.Count);
    }

    /// <summary>Signals as a new process expects them, then the program.</summary>
    /// <param name="process">From the bundle.</param>
    /// <param name="filter">Seccomp filter, or null.</param>
    /// <param name="credentials">What installs it.</param>
    /// <param name="tellsItself">See <see cref="ContainerSpec.TellsOnStandardError"/>.</param>
    public void Execute(ProcessConfig process, SeccompFilter? filter, CredentialSteps credentials, bool tellsItself = false)
    {
        SignalReset.Add(program, "reset");
        var arguments = program.Texts(process.Args!);
        var environment = program.Texts(process.Env ?? []);
        var candidates = Candidates(process).Select(program.Text).ToList();
        credentials.InstallFilter(filter);
        List<OperationRules> attempts = [.. candidates.Select(candidate => program.Add(ProgramFailure.Execution, process.Args![0], SYS_execve, candidate, arguments, environment))];
        Chain(attempts);
        if (!tellsItself) return;
        foreach (var errno in (ReadOnlySpan<int>)[Errno.ENOENT, Errno.ENOEXEC, Errno.EACCES, Errno.ENOTDIR])
        {
            attempts[^1].On(errno, program.Count);
            if (errno == Errno.ENOEXEC) attempts.ForEach(attempt => attempt.On(errno, program.Count));
            var text = ProgramFailure.OfExecution(process.Args![0], errno) + "\n";
            program.Add("report", null, SYS_write, 2, program.Text(text), System.Text.Encoding.UTF8.GetByteCount(text)).Tolerate(Errno.EBADF, Errno.EPIPE, Errno.EIO, Errno.ENOSPC);
            program.Add("exit", null, SYS_exit_group, ProgramFailure.ExitCode);
        }
    }

    // Each is tried when the one before is not there; only the last one's error is an error.
    private static void Chain(List<OperationRules> attempts)
    {
        for (var i = 0; i < attempts.Count - 1; i++)
        {
            var next = attempts[i + 1].Number;
            attempts[i].On(Errno.ENOENT, next).On(Errno.ENOTDIR, next).On(Errno.EACCES, next);
        }
    }

    private static IReadOnlyList<string> Candidates(ProcessConfig process)
    {
        if (process.Args is null or [] || process.Args[0].Length == 0) throw new RuntimeException("process.args names no program");
        var program = process.Args[0];
        if (program.Contains('/')) return [program];
        var path = process.Env?.LastOrDefault(variable => variable.StartsWith("PATH=", StringComparison.Ordinal))?[5..];
        return [.. (path ?? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin").Split(':')
            .Select(directory => directory.Length == 0 ? "./" + program : $"{directory.TrimEnd('/')}/{program}")];
    }
}
