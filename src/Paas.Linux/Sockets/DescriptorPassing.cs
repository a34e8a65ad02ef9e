using Microsoft.Win32.SafeHandles;
using Paas.Linux.Launching;
using static Paas.Linux.Native;

namespace Paas.Linux.Sockets;

/// <summary>Open files handed from process to process over a unix socket (SCM_RIGHTS, unix(7)).</summary>
public static unsafe class DescriptorPassing
{
    private const int MostDescriptors = 8;

    /// <summary>Sends bytes (at least one) and with them descriptors, which stay open here.</summary>
    /// <exception cref="LinuxException">EPIPE: the other end is gone.</exception>
    public static void Send(SafeFileHandle socket, ReadOnlySpan<byte> bytes, params ReadOnlySpan<int> descriptors)
    {
        var control = stackalloc byte[ControlBytes(MostDescriptors)];
        FillControl(control, descriptors);
        fixed (byte* data = bytes)
        {
            var part = new iovec { iov_base = (nint)data, iov_len = (nuint)bytes.Length };
            var message = Message(&part, control, descriptors.Length);
            nint result;
            do result = Kernel.Call(SYS_sendmsg, socket.DangerousGetHandle(), (nint)(&message), MSG_NOSIGNAL);
            while (result == -Errno.EINTR);
            Kernel.Check(result, "sendmsg");
        }
    }

    /// <summary>Receives bytes and the descriptors that came with them; they close on exec.</summary>
    /// <returns>How many bytes (0 at the end, -1 when there is nothing at present), and the descriptors.</returns>
    /// <exception cref="LinuxException">recvmsg failed.</exception>
    public static (int Bytes, IReadOnlyList<SafeFileHandle> Descriptors) Receive(SafeFileHandle socket, Span<byte> into)
    {
        var control = stackalloc byte[ControlBytes(MostDescriptors)];
        fixed (byte* data = into)
        {
            var part = new iovec { iov_base = (nint)data, iov_len = (nuint)into.Length };
            var message = Message(&part, control, MostDescriptors);
            nint result;
            do result = Kernel.Call(SYS_recvmsg, socket.DangerousGetHandle(), (nint)(&message), MSG_CMSG_CLOEXEC);
            while (result == -Errno.EINTR);
            if (result == -Errno.EAGAIN) return (-1, []);
            return ((int)Kernel.Check(result, "recvmsg"), Received(message));
        }
    }

    /// <summary>
    /// The operations by which a child sends one descriptor it holds in a register. <paramref name="socket"/> must be open in the
    /// child, and must block.
    /// </summary>
    public static void AddSend(LaunchProgram program, string step, Argument socket, string text, Register descriptor)
    {
        var control = (byte*)program.Memory(ControlBytes(1));
        FillControl(control, [0]);
        var part = program.Structure(new iovec { iov_base = program.Text(text), iov_len = (nuint)System.Text.Encoding.UTF8.GetByteCount(text) });
        var message = program.Structure(Message((iovec*)part, control, 1));
        program.AddStore((nint)(control + sizeof(cmsghdr)), descriptor);
        program.Add(step, null, SYS_sendmsg, socket, message, MSG_NOSIGNAL);
    }

    private static int ControlBytes(int descriptors) => (sizeof(cmsghdr) + (descriptors * sizeof(int)) + 7) & ~7;

    private static void FillControl(byte* control, ReadOnlySpan<int> descriptors)
    {
        if (descriptors.Length > MostDescriptors) throw new ArgumentException($"at most {MostDescriptors} descriptors", nameof(descriptors));
        var header = (cmsghdr*)control;
        header->cmsg_len = (nuint)(sizeof(cmsghdr) + (descriptors.Length * sizeof(int)));
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        descriptors.CopyTo(new Span<int>(header + 1, descriptors.Length));
    }

    private static msghdr Message(iovec* part, byte* control, int descriptors) => new()
    {
        msg_iov = (nint)part,
        msg_iovlen = 1,
        msg_control = descriptors == 0 ? 0 : (nint)control,
        msg_controllen = descriptors == 0 ? 0 : (nuint)ControlBytes(descriptors),
    };

    private static List<SafeFileHandle> Received(in msghdr message)
    {
        var descriptors = new List<SafeFileHandle>();
        if (message.msg_controllen < (nuint)sizeof(cmsghdr)) return descriptors;
        var header = (cmsghdr*)message.msg_control;
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) return descriptors;
        var count = ((int)header->cmsg_len - sizeof(cmsghdr)) / sizeof(int);
        foreach (var descriptor in new ReadOnlySpan<int>(header + 1, count)) descriptors.Add(Kernel.Handle(descriptor));
        return descriptors;
    }
}
