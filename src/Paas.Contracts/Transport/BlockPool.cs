using System.Buffers;
using System.Collections.Concurrent;

namespace Paas.Contracts.Transport;

/// <summary>
/// Memory that a server's connections receive into and send from, in pinned blocks. The web server's own blocks are 4 kB, and as much is
/// what it takes from a socket at once: a large upload then costs a system call, and often a thread's turn, for each 4 kB. A connection
/// that waits for its next request holds none; what a block never filled of its memory was never touched, so a small request costs a page.
/// </summary>
/// <param name="kept">Blocks that are kept for the next connection when nobody uses them.</param>
public sealed class BlockPool(int kept) : MemoryPool<byte>
{
    /// <summary>Bytes of a block.</summary>
    public const int BlockSize = 64 * 1024;

    // The last one given back is the first one given out: it is still in the processor's cache.
    private readonly ConcurrentStack<Block> _free = new();
    private int _count;

    /// <inheritdoc/>
    public override int MaxBufferSize => BlockSize;

    /// <summary>A block.</summary>
    /// <param name="minBufferSize">At most <see cref="BlockSize"/>; -1 for whatever there is.</param>
    public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, BlockSize);
        if (!_free.TryPop(out var block)) return new Block(this);
        Interlocked.Decrement(ref _count);
        block.Taken();
        return block;
    }

    /// <summary>Does nothing: blocks are memory like any other.</summary>
    protected override void Dispose(bool disposing)
    {
    }

    private void Return(Block block)
    {
        if (Interlocked.Increment(ref _count) <= kept) _free.Push(block);
        else Interlocked.Decrement(ref _count);
    }

    private sealed class Block(BlockPool pool) : IMemoryOwner<byte>
    {
        private readonly Memory<byte> _memory = MemoryOf(GC.AllocateUninitializedArray<byte>(BlockSize, pinned: true));
        private int _out = 1;

        public Memory<byte> Memory => _memory;

        public void Taken() => Volatile.Write(ref _out, 1);

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _out, 0) == 1) pool.Return(this);
        }

        private static Memory<byte> MemoryOf(byte[] array) => System.Runtime.InteropServices.MemoryMarshal.CreateFromPinnedArray(array, 0, array.Length);
    }
}
