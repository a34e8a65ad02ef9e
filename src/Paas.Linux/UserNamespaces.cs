using System.Text;
using Microsoft.Win32.SafeHandles;
using Paas.Linux.Launching;
using static Paas.Linux.Native;

namespace Paas.Linux;

/// <summary>A range of ids of a user namespace.</summary>
/// <param name="Inside">First id inside.</param>
/// <param name="Outside">First id in the namespace of whoever writes the map.</param>
/// <param name="Count">How many.</param>
public readonly record struct IdRange(uint Inside, uint Outside, uint Count);

/// <summary>User namespaces: their id maps, and namespaces made for nothing but their map.</summary>
public static class UserNamespaces
{
    /// <summary>Writes both maps of a process's new user namespace; possible once.</summary>
    public static void WriteMaps(int pid, IReadOnlyList<IdRange> uids, IReadOnlyList<IdRange> gids)
    {
        Files.WriteKernelFile($"/proc/{pid}/uid_map", Format(uids));
        Files.WriteKernelFile($"/proc/{pid}/gid_map", Format(gids));
    }

    /// <summary>
    /// A user namespace with these maps and no process in it, as <see cref="Mounts.MapIds"/> takes it. A child makes it, since a
    /// process with several threads cannot, and is gone on return.
    /// </summary>
    public static SafeFileHandle Create(IReadOnlyList<IdRange> uids, IReadOnlyList<IdRange> gids)
    {
        var program = new LaunchProgram();
        using var hold = new Pipe();
        program.Add("close", null, SYS_close, hold.WriteEnd);
        program.Add("wait", null, SYS_read, hold.ReadEnd, program.Memory(1), 1);
        program.Add("exit", null, SYS_exit_group, 0);
        using var child = Launcher.Launch(program, new Pipe(), CLONE_NEWUSER);
        try
        {
            WriteMaps(child.Pid, uids, gids);
            return Namespaces.Open(child.Pid, NamespaceKind.User);
        }
        finally
        {
            child.Abandon();
        }
    }

    private static string Format(IReadOnlyList<IdRange> ranges)
    {
        var text = new StringBuilder();
        foreach (var range in ranges) text.Append($"{range.Inside} {range.Outside} {range.Count}\n");
        return text.ToString();
    }
}
