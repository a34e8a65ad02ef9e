using System.Runtime.InteropServices;

namespace Paas.Linux.Netlink;

/// <summary>
/// A NETLINK_ROUTE socket: one request, one answer (rtnetlink(7)). Belongs to the network namespace it was opened in, whatever
/// thread uses it later. Not thread-safe.
/// </summary>
internal sealed partial class NetlinkSocket : IDisposable
{
    private const int AfNetlink = 16;
    private const int SockRaw = 3;
    private const int SockCloexec = 0x80000;
    private const int NetlinkRoute = 0;
    private const int SolNetlink = 270;
    private const int NetlinkExtAck = 11;
    private const int NetlinkCapAck = 10;

    private const ushort TypeError = 2;
    private const ushort TypeDone = 3;
    private const ushort FlagAckTlvs = 0x200;
    private const ushort ErrorMessage = 1;

    // The kernel never sends more at once to a reader that offers this much (NLMSG_GOODSIZE, netlink(7)).
    private readonly byte[] _answer = new byte[32 * 1024];
    private int _descriptor;
    private uint _sequence;

    private NetlinkSocket(int descriptor) => _descriptor = descriptor;

    /// <summary>Opens a socket in the network namespace of the calling thread.</summary>
    public static NetlinkSocket Open()
    {
        var descriptor = socket(AfNetlink, SockRaw | SockCloexec, NetlinkRoute);
        if (descriptor < 0) throw new LinuxException("socket(AF_NETLINK)", Marshal.GetLastPInvokeError());
        var on = 1;
        // Both are comfort: the kernel's own words in errors, and short acknowledgements.
        _ = setsockopt(descriptor, SolNetlink, NetlinkExtAck, in on, sizeof(int));
        _ = setsockopt(descriptor, SolNetlink, NetlinkCapAck, in on, sizeof(int));
        return new NetlinkSocket(descriptor);
    }

    /// <summary>Opens a socket in another network namespace.</summary>
    /// <param name="netnsFd">Open descriptor of the namespace.</param>
    public static NetlinkSocket OpenIn(int netnsFd) => NetworkNamespace.Run(netnsFd, Open);

    /// <summary>Sends a request and waits for its acknowledgement.</summary>
    /// <param name="message">Made with NLM_F_ACK.</param>
    /// <param name="what">For the error: the operation.</param>
    /// <param name="subject">For the error: what it was about.</param>
    /// <returns>0, or the errno when <paramref name="tolerated"/> holds it.</returns>
    public int Execute(NetlinkMessage message, string what, string subject, params ReadOnlySpan<int> tolerated)
    {
        Send(message, what, subject);
        while (true)
        {
            for (var rest = Receive(what, subject); rest.Length >= NetlinkMessage.HeaderLength; rest = Next(rest))
            {
                var type = MemoryMarshal.Read<ushort>(rest[4..]);
                if (type != TypeError || MemoryMarshal.Read<uint>(rest[8..]) != _sequence) continue;
                var errno = ErrnoOf(rest);
                if (errno == 0 || tolerated.Contains(errno)) return errno;
                throw new LinuxException(Describe(what, rest), errno, subject);
            }
        }
    }

    /// <summary>Sends a request and gives every message of the answer to a function: its type and what follows its header.</summary>
    /// <returns>0, or the errno when <paramref name="tolerated"/> holds it.</returns>
    public int Query(NetlinkMessage message, NetlinkAnswer answer, string what, string subject, params ReadOnlySpan<int> tolerated)
    {
        Send(message, what, subject);
        while (true)
        {
            for (var rest = Receive(what, subject); rest.Length >= NetlinkMessage.HeaderLength; rest = Next(rest))
            {
                if (MemoryMarshal.Read<uint>(rest[8..]) != _sequence) continue;
                var type = MemoryMarshal.Read<ushort>(rest[4..]);
                if (type == TypeDone) return 0;
                if (type != TypeError)
                {
                    var length = (int)MemoryMarshal.Read<uint>(rest);
                    answer(type, rest[NetlinkMessage.HeaderLength..length]);
                    continue;
                }

                var errno = ErrnoOf(rest);
                if (errno == 0 || tolerated.Contains(errno)) return errno;
                throw new LinuxException(Describe(what, rest), errno, subject);
            }
        }
    }

    public void Dispose()
    {
        if (_descriptor >= 0) _ = close(_descriptor);
        _descriptor = -1;
    }

    private void Send(NetlinkMessage message, string what, string subject)
    {
        var request = message.Finish(++_sequence);
        while (true)
        {
            var sent = send(_descriptor, request, (nuint)request.Length, 0);
            if (sent == request.Length) return;
            var errno = Marshal.GetLastPInvokeError();
            if (errno != Errno.EINTR) throw new LinuxException(what, errno, subject);
        }
    }

    private ReadOnlySpan<byte> Receive(string what, string subject)
    {
        while (true)
        {
            var received = recv(_descriptor, _answer, (nuint)_answer.Length, 0);
            if (received >= 0) return _answer.AsSpan(0, (int)received);
            var errno = Marshal.GetLastPInvokeError();
            if (errno != Errno.EINTR) throw new LinuxException(what, errno, subject);
        }
    }

    private static ReadOnlySpan<byte> Next(ReadOnlySpan<byte> messages)
    {
        var length = NetlinkMessage.Align((int)MemoryMarshal.Read<uint>(messages));
        return length < NetlinkMessage.HeaderLength || length >= messages.Length ? [] : messages[length..];
    }

    // struct nlmsgerr: a negative errno, then the header of the request.
    private static int ErrnoOf(ReadOnlySpan<byte> message) => -MemoryMarshal.Read<int>(message[NetlinkMessage.HeaderLength..]);

    private static string Describe(string what, ReadOnlySpan<byte> message)
    {
        const int attributes = NetlinkMessage.HeaderLength + sizeof(int) + NetlinkMessage.HeaderLength;
        var length = (int)MemoryMarshal.Read<uint>(message);
        if ((MemoryMarshal.Read<ushort>(message[6..]) & FlagAckTlvs) == 0 || length <= attributes) return what;
        var text = NetlinkMessage.Find(message[attributes..length], ErrorMessage);
        return text.IsEmpty ? what : $"{what} ({NetlinkMessage.Text(text)})";
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int socket(int domain, int type, int protocol);

    [LibraryImport("libc")]
    private static partial int setsockopt(int descriptor, int level, int name, in int value, uint length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint send(int descriptor, ReadOnlySpan<byte> buffer, nuint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint recv(int descriptor, Span<byte> buffer, nuint length, int flags);

    [LibraryImport("libc")]
    private static partial int close(int descriptor);
}

/// <summary>Gets one message of an answer: its type and what follows its header.</summary>
internal delegate void NetlinkAnswer(ushort type, ReadOnlySpan<byte> body);
