using System.Net;
using Microsoft.Win32.SafeHandles;
using Paas.Contracts.Supervision;
using Paas.Linux.Netlink;

namespace Paas.Runtime.Supervise;

/// <summary>
/// The network namespace of a container and its address. It is held open here and nowhere else, so that it stays the same when the
/// process is started again, and goes with the supervisor.
/// </summary>
internal sealed class Sandbox : IDisposable
{
    private readonly SandboxNetwork _network;
    private readonly SafeFileHandle _ns;

    /// <exception cref="Linux.LinuxException">What the kernel refused.</exception>
    public Sandbox(SandboxNetwork network)
    {
        _network = network;
        _ns = NetworkNamespace.RunInNew(Prepare);
        SandboxLink.Create(
            _network.Bridge,
            _network.HostInterface,
            IPAddress.Parse(_network.Address),
            _network.PrefixLength,
            IPAddress.Parse(_network.Gateway),
            _network.Isolated,
            _network.Mtu,
            (int)_ns.DangerousGetHandle());
    }

    /// <summary>The namespace.</summary>
    public SafeFileHandle Namespace => _ns;

    /// <summary>Frees the address at once; the kernel would take its time.</summary>
    public void Dispose()
    {
        // Once: by a second time the name may be another sandbox's.
        if (_ns.IsClosed) return;
        try
        {
            // Before the namespace goes: the kernel, which then takes both ends away by itself, would only say that there is none any more.
            SandboxLink.Delete(_network.HostInterface);
        }
        finally
        {
            _ns.Dispose();
        }
    }

    private static SafeFileHandle Prepare()
    {
        // An app need not be root to listen on port 80 of its own sandbox. Of this namespace: proc shows a thread its own.
        const string LowestPort = "/proc/sys/net/ipv4/ip_unprivileged_port_start";
        try
        {
            File.WriteAllText(LowestPort, "0");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Read-only /proc/sys: the app listens on higher ports.
        }

        return NetworkNamespace.OpenCurrent();
    }
}
