using static Paas.Linux.Native;

namespace Paas.Linux;

/// <summary>
/// Gives the calling thread, and only it, another owner for the files it makes, with the rights it had; until disposed, on the
/// same thread.
/// </summary>
internal sealed unsafe class FilesystemIdentity : IDisposable
{
    private readonly uint _uid;
    private readonly uint _gid;

    public FilesystemIdentity(uint uid, uint gid)
    {
        (_uid, _gid) = ((uint)Kernel.Call(SYS_setfsuid, -1), (uint)Kernel.Call(SYS_setfsgid, -1));
        Set(uid, gid);
    }

    public void Dispose() => Set(_uid, _gid);

    private static void Set(uint uid, uint gid)
    {
        Kernel.Call(SYS_setfsgid, (nint)gid);
        Kernel.Call(SYS_setfsuid, (nint)uid);
        // Leaving uid 0 took the file capabilities out of the effective set; they are still permitted.
        var header = new __user_cap_header_struct { version = _LINUX_CAPABILITY_VERSION_3 };
        var data = stackalloc __user_cap_data_struct[2];
        Kernel.Check(Kernel.Call(SYS_capget, (nint)(&header), (nint)data), "capget");
        for (var i = 0; i < 2; i++) data[i].effective = data[i].permitted;
        Kernel.Check(Kernel.Call(SYS_capset, (nint)(&header), (nint)data), "capset");
    }
}
