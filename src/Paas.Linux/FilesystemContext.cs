using Microsoft.Win32.SafeHandles;
using static Paas.Linux.Native;

namespace Paas.Linux;

/// <summary>A filesystem being configured (fsopen, fsconfig, fsmount): the way to a mount that is attached nowhere.</summary>
public sealed unsafe class FilesystemContext : IDisposable
{
    private readonly SafeFileHandle _handle;
    private readonly string _type;

    public FilesystemContext(string type)
    {
        _type = type;
        fixed (byte* t = Kernel.Utf8(type))
        {
            _handle = Kernel.Handle(Kernel.Call(SYS_fsopen, (nint)t, FSOPEN_CLOEXEC), "fsopen", type);
        }
    }

    /// <summary>Sets <c>key=value</c>; a value is at most 255 bytes.</summary>
    public FilesystemContext Set(string key, string value)
    {
        fixed (byte* v = Kernel.Utf8(value)) Check(FSCONFIG_SET_STRING, key, (nint)v, 0);
        return this;
    }

    /// <summary>Sets a word without a value.</summary>
    public FilesystemContext Set(string flag)
    {
        Check(FSCONFIG_SET_FLAG, flag, 0, 0);
        return this;
    }

    /// <summary>Sets <c>key</c> to an open file; false where the kernel's filesystem takes only paths there.</summary>
    public bool TrySet(string key, SafeFileHandle file)
    {
        fixed (byte* k = Kernel.Utf8(key))
        {
            var result = Kernel.Call(
                SYS_fsconfig, _handle.DangerousGetHandle(), FSCONFIG_SET_FD, (nint)k, 0, file.DangerousGetHandle());
            if (result is -Errno.EINVAL or -Errno.EOPNOTSUPP) return false;
            Kernel.Check(result, $"fsconfig {_type}", key);
            return true;
        }
    }

    /// <summary>Creates the filesystem and a mount of it that is attached nowhere.</summary>
    /// <param name="attributes">MOUNT_ATTR_*.</param>
    public SafeFileHandle Mount(int attributes = 0)
    {
        Kernel.Check(
            Kernel.Call(SYS_fsconfig, _handle.DangerousGetHandle(), FSCONFIG_CMD_CREATE), "fsconfig", $"create {_type}{Complaint()}");
        return Kernel.Handle(
            Kernel.Call(SYS_fsmount, _handle.DangerousGetHandle(), FSMOUNT_CLOEXEC, attributes), "fsmount", _type);
    }

    public void Dispose() => _handle.Dispose();

    private void Check(int command, string key, nint value, nint aux)
    {
        fixed (byte* k = Kernel.Utf8(key))
        {
            var result = Kernel.Call(SYS_fsconfig, _handle.DangerousGetHandle(), command, (nint)k, value, aux);
            if (result < 0) throw new LinuxException($"fsconfig {_type}", (int)-result, key + Complaint());
        }
    }

    // The kernel explains refusals as lines readable from the context, e.g. "e overlay: No changes allowed in reconfigure".
    private string Complaint()
    {
        var buffer = stackalloc byte[512];
        var length = Kernel.Call(SYS_read, _handle.DangerousGetHandle(), (nint)buffer, 512);
        return length > 2 ? $" ({System.Text.Encoding.UTF8.GetString(buffer + 2, (int)length - 2).Trim()})" : "";
    }
}
