using System.Buffers;
using Microsoft.AspNetCore.Connections;
using Paas.Contracts.Transport;

namespace Paas.Router.Hosting;

/// <summary>What visitors' connections receive into and send from: large uploads and downloads pass in few pieces.</summary>
internal sealed class VisitorMemory : IMemoryPoolFactory<byte>
{
    // For as many as answer at one time; the last used come first, so the rest is hardly touched.
    private const int Kept = 1024;

    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new BlockPool(Kept);
}
