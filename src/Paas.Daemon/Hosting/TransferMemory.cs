using System.Buffers;
using Microsoft.AspNetCore.Connections;
using Paas.Contracts.Transport;

namespace Paas.Daemon.Hosting;

/// <summary>What connections receive into and send from: layers and packs come and go in few pieces.</summary>
internal sealed class TransferMemory : IMemoryPoolFactory<byte>
{
    private const int Kept = 64;

    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new BlockPool(Kept);
}
