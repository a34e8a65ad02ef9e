using Paas.Contracts.Transport;

namespace Paas.Contracts.Tests;

public sealed class BlockPoolTests
{
    [Fact]
    public void A_block_that_was_given_back_is_given_out_next()
    {
        using var pool = new BlockPool(kept: 4);
        var first = pool.Rent();
        first.Memory.Span[0] = 7;
        using var second = pool.Rent(BlockPool.BlockSize);
        Assert.Equal(BlockPool.BlockSize, second.Memory.Length);
        first.Dispose();
        using var again = pool.Rent(1);
        Assert.Same(first, again);
        Assert.Equal(7, again.Memory.Span[0]);
    }

    [Fact]
    public void One_given_back_twice_is_not_given_out_twice()
    {
        using var pool = new BlockPool(kept: 4);
        var block = pool.Rent();
        block.Dispose();
        block.Dispose();
        using var one = pool.Rent();
        using var other = pool.Rent();
        Assert.NotSame(one, other);
    }

    [Fact]
    public void No_more_are_kept_than_it_was_told()
    {
        using var pool = new BlockPool(kept: 1);
        var (one, other) = (pool.Rent(), pool.Rent());
        one.Dispose();
        other.Dispose();
        using var first = pool.Rent();
        using var second = pool.Rent();
        Assert.Same(one, first);
        Assert.NotSame(other, second);
    }

    [Fact]
    public void None_is_larger_than_a_block()
    {
        using var pool = new BlockPool(kept: 1);
        Assert.Equal(BlockPool.BlockSize, pool.MaxBufferSize);
        Assert.Throws<ArgumentOutOfRangeException>(() => pool.Rent(BlockPool.BlockSize + 1));
    }
}
