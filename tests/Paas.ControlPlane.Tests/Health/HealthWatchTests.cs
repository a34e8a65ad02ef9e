using Paas.ControlPlane.Health;

namespace Paas.ControlPlane.Tests.Health;

public sealed class HealthWatchTests
{
    private static readonly HealthVerdict Bad = new(false, 3, "no");
    private static readonly HealthVerdict Good = new(true, 0, null);

    [Fact]
    public async Task Who_asks_gets_the_first_verdict_though_it_came_before()
    {
        var watch = new HealthWatch(DateTimeOffset.UnixEpoch, "its check");
        Assert.False(watch.Put(HealthVerdict.Unknown));
        var waiting = watch.AnswerAsync(CancellationToken.None);
        Assert.False(waiting.IsCompleted);
        Assert.False(watch.Put(Bad));
        Assert.Equal(Bad, await waiting);
        Assert.Equal(Bad, watch.Refusal);
    }

    [Fact]
    public async Task Who_was_refused_and_asks_again_waits_until_it_is_healthy()
    {
        var watch = new HealthWatch(DateTimeOffset.UnixEpoch, "its check");
        watch.Put(Bad);
        await watch.AnswerAsync(CancellationToken.None);
        var again = watch.AnswerAsync(CancellationToken.None);
        Assert.False(watch.Put(Bad));
        Assert.False(again.IsCompleted);
        Assert.True(watch.Put(Good));
        Assert.Equal(Good, await again);
    }

    [Fact]
    public async Task Its_end_leaves_nobody_waiting()
    {
        var watch = new HealthWatch(DateTimeOffset.UnixEpoch, "its check");
        watch.Begin(() => Task.Delay(Timeout.Infinite, watch.Ended));
        var waiting = watch.AnswerAsync(CancellationToken.None);
        watch.End();
        watch.End();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => watch.Running);
    }
}
