using Microsoft.Win32.SafeHandles;
using Paas.Linux.Sockets;
using Paas.Linux.Terminals;
using Paas.Oci.Runtime;
using Paas.Runtime.Containers;

namespace Paas.Runtime.Terminals;

/// <summary>
/// The terminal of a process that a verb starts: none, one whose master goes to whoever listens on <c>--console-socket</c>, or one
/// that this program itself relays.
/// </summary>
internal sealed class ProcessTerminal : IDisposable
{
    private readonly SafeFileHandle? _socket;
    private readonly SafeFileHandle? _ours;
    private TerminalRelay? _relay;

    private ProcessTerminal(SafeFileHandle? socket, SafeFileHandle? ours, TerminalSize? size)
    {
        (_socket, _ours) = (socket, ours);
        if (socket is not null) Target = new TerminalTarget(socket, size);
    }

    /// <summary>Where the child sends the master; null without a terminal.</summary>
    public TerminalTarget? Target { get; }

    /// <summary>Chooses by what the process wants and the command line says.</summary>
    /// <param name="process">The process.</param>
    /// <param name="detach">Whether this program leaves it alone once it runs.</param>
    /// <param name="consoleSocket">Who is to get the master.</param>
    /// <param name="platform">Whether the caller is the platform, which carries the bytes itself while this program waits.</param>
    /// <exception cref="RuntimeException">The two do not go together, or nobody listens on the socket.</exception>
    public static ProcessTerminal Choose(ProcessConfig process, bool detach, string? consoleSocket, bool platform = false)
    {
        // In runc's words, down to the name: tools look for them.
        if (!process.Terminal || !(detach || platform))
        {
            if (consoleSocket is not null) throw new RuntimeException("cannot use console socket if runc will not detach or allocate tty");
        }

        if (!process.Terminal) return new ProcessTerminal(null, null, null);
        var size = process.ConsoleSize is { } wanted ? new TerminalSize((int)wanted.Height, (int)wanted.Width) : (TerminalSize?)null;
        if (detach || consoleSocket is not null)
        {
            if (consoleSocket is null) throw new RuntimeException("cannot allocate tty if runc will detach without setting console socket");
            return new ProcessTerminal(UnixSocket.ConnectBlocking(consoleSocket), null, size);
        }

        var (theirs, ours) = UnixSocket.Pair();
        return new ProcessTerminal(theirs, ours, size);
    }

    /// <summary>Takes the master the child has sent, and puts this program's own terminal into raw mode.</summary>
    public void Attach()
    {
        if (_ours is null) return;
        Span<byte> name = stackalloc byte[64];
        var (_, descriptors) = DescriptorPassing.Receive(_ours, name);
        _relay = new TerminalRelay(descriptors.Count == 1 ? descriptors[0] : throw new RuntimeException("the process sent no terminal"));
    }

    /// <summary>Relays until the process has ended; returns at once when there is nothing to relay.</summary>
    public void Relay(SafeFileHandle process) => _relay?.Run(process);

    public void Dispose()
    {
        _relay?.Dispose();
        _socket?.Dispose();
        _ours?.Dispose();
    }
}
