using Paas.Build.Timing;

namespace Paas.Build.Tests.Timing;

public sealed class BusyTimeTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("0-3", 3)]
    [InlineData("0-3 5-6", 4)]
    [InlineData("5-6 0-3", 4)]
    [InlineData("0-3 1-2", 3)]
    [InlineData("0-3 2-5", 5)]
    [InlineData("0-3 3-5 1-4", 5)]
    public void What_ran_at_once_counts_once(string spans, int seconds)
    {
        var busy = new BusyTime();
        foreach (var span in spans.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(span => span.Split('-')))
            busy.Add(DateTimeOffset.UnixEpoch.AddSeconds(int.Parse(span[0])), DateTimeOffset.UnixEpoch.AddSeconds(int.Parse(span[1])));
        Assert.Equal(TimeSpan.FromSeconds(seconds), busy.Total);
    }
}
