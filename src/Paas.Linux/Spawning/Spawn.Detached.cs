using Microsoft.Win32.SafeHandles;
using Paas.Linux.Cgroups;
using Paas.Linux.Events;
using Paas.Linux.Launching;
using static Paas.Linux.Native;

namespace Paas.Linux.Spawning;

/// <content>A program that outlives the one that starts it.</content>
public static unsafe partial class Spawn
{
    private const int Inherited = 3;

    /// <summary>
    /// Starts a program in a session of its own, with its standard streams on <c>/dev/null</c>, the given signals blocked and all
    /// dispositions as they are for a new program. It starts in its control group: to be moved there later would take ten
    /// milliseconds (<see cref="LegacyEntry"/>).
    /// </summary>
    /// <param name="path">The program.</param>
    /// <param name="arguments">Its arguments, the first being its name.</param>
    /// <param name="inherited">Becomes its descriptor 3.</param>
    /// <param name="group">Where it is to be, and which is there; null for the caller's.</param>
    /// <param name="blocked">Signals it starts with blocked.</param>
    /// <returns>Its pid; a child of the caller until the caller ends, and the caller's to reap.</returns>
    /// <exception cref="LinuxException">It could not be started.</exception>
    public static int Detached(string path, IReadOnlyList<string> arguments, SafeFileHandle inherited, ControlGroup? group, params ReadOnlySpan<int> blocked)
    {
        using var unified = group?.OpenUnified();
        using var legacy = group?.OpenLegacy();
        var program = new LaunchProgram();
        LaunchedProcess process;
        try
        {
            program.Add("setsid", null, SYS_setsid);
            var nothing = program.NewRegister();
            program.Add("open", "/dev/null", SYS_openat, AT_FDCWD, program.Text("/dev/null"), O_RDWR | O_CLOEXEC).Into(nothing);
            DescriptorPlaces.Fill(program, nothing, nothing, nothing, inherited.DangerousGetHandle());
            // What this program inherited and never knew of is not passed on to one that lives for long.
            program.Add("close descriptors", null, SYS_close_range, Inherited + 1, uint.MaxValue, CLOSE_RANGE_CLOEXEC);
            legacy?.AddTo(program);
            SignalReset.Add(program, "reset", BlockedSignals.Mask(blocked));
            program.Add("execve", path, SYS_execve, program.Text(path), program.Texts(arguments), program.Texts(Environment()));
            var status = OpenStatus();
            using var image = Launcher.PrepareApart(program, status);
            process = Launcher.Launch(program, status, 0, unified, image);
        }
        catch
        {
            program.Dispose();
            throw;
        }

        using var owned = process;
        try
        {
            process.WaitForExec();
            return process.Pid;
        }
        catch
        {
            process.Abandon();
            throw;
        }
    }

    // Where no descriptor of the program's is going to be.
    private static Pipe OpenStatus()
    {
        var pipe = new Pipe();
        if (pipe.WriteEnd > Inherited) return pipe;
        using (pipe) return OpenStatus();
    }
}
