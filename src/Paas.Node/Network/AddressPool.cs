using System.Net;
using Paas.Contracts.Errors;

namespace Paas.Node.Network;

/// <summary>
/// Which addresses of the subnet are taken. Kept in memory: at start every address found in a container's directory is taken,
/// so that what is on disk is the only truth. An address comes back as late as possible, since something may still talk to it.
/// Thread-safe.
/// </summary>
public sealed class AddressPool
{
    private readonly Lock _lock = new();
    private readonly Ipv4Subnet _subnet;
    private readonly HashSet<int> _taken = [];
    private int _next;

    /// <param name="subnet">Where the addresses come from.</param>
    /// <param name="first">Index to begin at, any number: a random one makes reuse after a restart unlikely too.</param>
    public AddressPool(Ipv4Subnet subnet, int first)
    {
        _subnet = subnet;
        _next = (int)((uint)first % (uint)subnet.Capacity);
    }

    /// <summary>Takes an address that nobody has.</summary>
    /// <exception cref="PaasException">The subnet is used up.</exception>
    public IPAddress Take()
    {
        lock (_lock)
        {
            for (var tried = 0; tried < _subnet.Capacity; tried++)
            {
                var index = _next;
                _next = (_next + 1) % _subnet.Capacity;
                if (_taken.Add(index)) return _subnet.Sandbox(index);
            }
        }

        throw new PaasException(
            ErrorCode.Unavailable,
            $"all {_subnet.Capacity} addresses of {_subnet} are taken",
            "stop something, or give the node a larger subnet");
    }

    /// <summary>Takes this address, which a container has already.</summary>
    /// <returns>False when it was taken, or is none of the subnet's.</returns>
    public bool Take(IPAddress address)
    {
        if (_subnet.IndexOf(address) is not { } index) return false;
        lock (_lock) return _taken.Add(index);
    }

    /// <summary>Gives an address back; nothing when it was free.</summary>
    public void Release(IPAddress address)
    {
        if (_subnet.IndexOf(address) is not { } index) return;
        lock (_lock) _taken.Remove(index);
    }
}
