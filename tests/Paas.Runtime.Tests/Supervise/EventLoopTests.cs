using Paas.Linux.Events;
using Paas.Runtime.Supervise;

namespace Paas.Runtime.Tests.Supervise;

public sealed class EventLoopTests
{
    private readonly EventLoop loop = new(TimeProvider.System);

    [Fact]
    public void Times_come_in_their_order_and_disposed_ones_not_at_all()
    {
        var came = new List<int>();
        loop.After(TimeSpan.FromMilliseconds(30), () => came.Add(3));
        loop.After(TimeSpan.FromMilliseconds(10), () => came.Add(1));
        loop.After(TimeSpan.FromMilliseconds(20), () => came.Add(2)).Dispose();
        while (came.Count < 2) loop.RunOnce();
        Assert.Equal([1, 3], came);
    }

    [Fact]
    public void A_descriptor_forgotten_by_an_earlier_callback_is_not_called()
    {
        var (read, write) = Descriptors.Pipe();
        var (other, otherWrite) = Descriptors.Pipe();
        using (read)
        using (write)
        using (other)
        using (otherWrite)
        {
            var called = new List<string>();
            loop.Watch(read, PollEvents.Readable, () =>
            {
                called.Add("first");
                loop.Forget(other);
            });
            loop.Watch(other, PollEvents.Readable, () => called.Add("second"));
            Descriptors.Write(write, "x"u8);
            Descriptors.Write(otherWrite, "x"u8);
            loop.RunOnce();
            Assert.Equal(["first"], called);
        }
    }

    [Fact]
    public void The_end_of_a_pipe_is_an_event()
    {
        var (read, write) = Descriptors.Pipe();
        using (read)
        {
            write.Dispose();
            var ended = false;
            loop.Watch(read, PollEvents.Readable, () => ended = Descriptors.Read(read, new byte[1]) == 0);
            loop.RunOnce();
            Assert.True(ended);
        }
    }
}
