using Paas.Contracts.Supervision;
using Paas.Runtime.Supervise;

namespace Paas.Runtime.Tests.Supervise;

public sealed class RestartDelayTests
{
    private static readonly RestartPolicy Policy = new(RestartMode.Always, 500, 3000, 30);

    [Fact]
    public void The_wait_doubles_up_to_the_longest()
    {
        var delays = new List<double>();
        var delay = TimeSpan.Zero;
        for (var i = 0; i < 6; i++) delays.Add((delay = Policy.After(delay, TimeSpan.FromSeconds(1))).TotalMilliseconds);
        Assert.Equal([500, 1000, 2000, 3000, 3000, 3000], delays);
    }

    [Fact]
    public void A_process_that_ran_long_begins_anew()
    {
        Assert.Equal(500, Policy.After(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(30)).TotalMilliseconds);
        Assert.Equal(3000, Policy.After(TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(29.9)).TotalMilliseconds);
    }

    [Fact]
    public void The_first_wait_is_never_longer_than_the_longest() =>
        Assert.Equal(100, (Policy with { LongestDelayMilliseconds = 100 }).After(TimeSpan.Zero, TimeSpan.Zero).TotalMilliseconds);

    [Theory]
    [InlineData(RestartMode.Always, 0, null, true)]
    [InlineData(RestartMode.Always, 1, null, true)]
    [InlineData(RestartMode.Always, null, 9, true)]
    [InlineData(RestartMode.OnFailure, 0, null, false)]
    [InlineData(RestartMode.OnFailure, 1, null, true)]
    [InlineData(RestartMode.OnFailure, null, 15, true)]
    [InlineData(RestartMode.Never, 0, null, false)]
    [InlineData(RestartMode.Never, 1, null, false)]
    [InlineData(RestartMode.Never, null, 9, false)]
    public void The_policy_decides_on_a_restart(RestartMode mode, int? code, int? signal, bool restarts)
    {
        var exit = new ProcessExit(DateTimeOffset.UnixEpoch, code, signal, false, 1);
        Assert.Equal(restarts, (Policy with { Mode = mode }).Restarts(exit));
    }

    [Theory]
    [InlineData(null, 1_000_000, false)]
    [InlineData(10, 10, false)]
    [InlineData(10, 11, true)]
    [InlineData(0, 1, true)]
    public void So_many_restarts_in_a_row_and_no_more(int? maximum, int failures, bool givesUp) =>
        Assert.Equal(givesUp, (Policy with { MaximumRestarts = maximum }).GivesUp(failures));

    [Theory]
    [InlineData("SIGTERM", 15)]
    [InlineData("TERM", 15)]
    [InlineData("sigusr1", 10)]
    [InlineData("15", 15)]
    [InlineData("SIGSYS", 31)]
    [InlineData("SIGRTMIN", 34)]
    [InlineData("SIGRTMIN+3", 37)]
    [InlineData("SIGRTMIN+30", 64)]
    public void Signals_have_names(string name, int number)
    {
        Assert.True(SignalNames.TryParse(name, out var parsed));
        Assert.Equal(number, parsed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("SIG")]
    [InlineData("65")]
    [InlineData("-9")]
    [InlineData("SIGNOTHING")]
    [InlineData("SIGRTMIN+31")]
    [InlineData("SIGRTMIN-1")]
    public void Other_words_are_no_signals(string name) => Assert.False(SignalNames.TryParse(name, out _));
}
