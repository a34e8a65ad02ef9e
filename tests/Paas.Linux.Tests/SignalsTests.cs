using Xunit;

namespace Paas.Linux.Tests;

public sealed class SignalsTests
{
    [Theory]
    [InlineData(Native.SIGHUP, "hangup")]
    [InlineData(Native.SIGKILL, "killed")]
    [InlineData(Native.SIGTERM, "terminated")]
    [InlineData(Native.SIGSYS, "bad system call")]
    [InlineData(0, "signal 0")]
    [InlineData(34, "signal 34")]
    public void Each_has_its_words(int signal, string words) => Assert.Equal(words, Signals.Describe(signal));
}
