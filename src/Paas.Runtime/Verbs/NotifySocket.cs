using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Paas.Linux;
using Paas.Linux.Events;
using Paas.Linux.Sockets;
using Paas.Oci.Runtime;
using Paas.Runtime.CommandLine;
using Paas.Runtime.Containers;
using Paas.Runtime.State;
using static Paas.Linux.Native;

namespace Paas.Runtime.Verbs;

/// <summary>
/// Where this program is a service of systemd's that says when it is ready (<c>Type=notify</c>, sd_notify(3)), the container says
/// so: it has a socket of its own, and its word is passed on with the pid of the process that counts. As with runc, <c>start</c> and
/// <c>run --detach</c> end when the container has said so, or has ended.
/// </summary>
internal sealed class NotifySocket : IDisposable
{
    private const string Variable = "NOTIFY_SOCKET";

    // For a path that stands for no place.
    private const string AbstractPlace = "/run/notify";

    private const int LongestMessage = 4096;

    // As long as systemd itself gives its own programs.
    private const int BarrierPatience = 5000; // ms

    private readonly SafeFileHandle _own;
    private readonly SafeFileHandle _host;

    private NotifySocket(SafeFileHandle own, SafeFileHandle host) => (_own, _host) = (own, host);

    private static string? OfHost => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } path ? path : null;

    /// <summary>The container with a place for its socket, and its process told of it; as it was where nobody waits for its word.</summary>
    public static ContainerSpec GiveTo(ContainerSpec spec)
    {
        // The platform's own containers are no services of systemd's: it is paasd that was started by it.
        if (OfHost is not { } path || spec.Sandbox is not null || spec.Config.Process is not { } process) return spec;
        var directory = new StateDirectory(spec.RuntimeRoot, spec.Id);
        // Where crun has it: below what the caller knows as the socket.
        var place = path.StartsWith('/') ? path : AbstractPlace;
        var mount = new MountConfig
        {
            Destination = place, Type = "bind", Source = directory.NotifyDirectory, Options = ["bind", "nosuid", "noexec", "nodev", "ro"],
        };
        return spec with
        {
            SaysReady = true,
            Config = spec.Config with
            {
                Mounts = [.. spec.Config.Mounts ?? [], mount],
                Process = process with { Env = [.. process.Env ?? [], $"{Variable}={place}/{Path.GetFileName(directory.NotifySocket)}"] },
            },
        };
    }

    /// <summary>Listens for the container's word; null where nobody waits for it.</summary>
    /// <param name="directory">The container's, which must not have started.</param>
    public static NotifySocket? Listen(StateDirectory directory)
    {
        if (OfHost is not { } path || !Directory.Exists(directory.NotifyDirectory)) return null;
        SafeFileHandle? own = null;
        try
        {
            // Of a start that failed.
            Files.TryRemove(directory.NotifySocket);
            own = UnixSocket.ReceiveDatagrams(directory.NotifySocket);
            return new NotifySocket(own, UnixSocket.ConnectBlocking(path, datagrams: true));
        }
        catch (LinuxException e)
        {
            own?.Dispose();
            Log.Warning($"nobody will be told that the container is ready ({Variable}={path}): {e.Message}");
            return null;
        }
    }

    /// <summary>Waits until the container has said that it is ready, and passes that on; or until its process has ended.</summary>
    /// <param name="pid">What the service's process is from then on.</param>
    /// <param name="process">The container's.</param>
    public void PassOn(int pid, SafeFileHandle process)
    {
        try
        {
            if (ReadyLine(process) is { } line) Tell(line, $"MAINPID={pid.ToString(CultureInfo.InvariantCulture)}");
        }
        catch (LinuxException e)
        {
            Log.Warning($"nobody was told that the container is ready: {e.Message}");
        }
    }

    /// <summary>
    /// The same on a thread of its own, for a caller that stays: it is the service's process then, which passes signals on and removes
    /// the container at its end.
    /// </summary>
    /// <param name="process">The container's.</param>
    public void PassOnMeanwhile(SafeFileHandle process) =>
        new Thread(() => PassOn(Environment.ProcessId, process)) { IsBackground = true }.Start();

    public void Dispose()
    {
        _own.Dispose();
        _host.Dispose();
    }

    private string? ReadyLine(SafeFileHandle process)
    {
        var buffer = new byte[LongestMessage];
        Span<pollfd> waited = stackalloc pollfd[2];
        while (true)
        {
            waited[0] = new pollfd { fd = (int)_own.DangerousGetHandle(), events = POLLIN };
            waited[1] = new pollfd { fd = (int)process.DangerousGetHandle(), events = POLLIN };
            Poll.Wait(waited, -1);
            // What was said before the end counts.
            if (waited[0].revents == 0 && waited[1].revents != 0) return null;
            if (waited[0].revents == 0) continue;
            var (count, descriptors) = DescriptorPassing.Receive(_own, buffer);
            // A barrier of the container's own: closing it is the answer.
            foreach (var descriptor in descriptors) descriptor.Dispose();
            var lines = Encoding.UTF8.GetString(buffer, 0, int.Max(count, 0)).Split('\n');
            if (Array.Find(lines, line => line.StartsWith("READY=", StringComparison.Ordinal)) is { } ready) return ready;
        }
    }

    // systemd asks who sent a message, and whoever has ended by then is nobody: it is waited for until it has looked (sd_notify_barrier(3)).
    private void Tell(params ReadOnlySpan<string> messages)
    {
        foreach (var message in messages) DescriptorPassing.Send(_host, Encoding.UTF8.GetBytes(message));
        var (read, write) = Descriptors.Pipe();
        using (read)
        {
            using (write) DescriptorPassing.Send(_host, "BARRIER=1"u8, (int)write.DangerousGetHandle());
            var closed = new pollfd { fd = (int)read.DangerousGetHandle() };
            Poll.Wait(new Span<pollfd>(ref closed), BarrierPatience);
        }
    }
}
