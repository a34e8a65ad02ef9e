using Paas.Runtime.CommandLine;
using Xunit;

namespace Paas.Runtime.Tests.CommandLine;

public sealed class OutputTests
{
    [Theory]
    [InlineData("plain-word/1.0", "plain-word/1.0")]
    [InlineData("", "")]
    [InlineData("two words", "\"two words\"")]
    [InlineData("a=b", "\"a=b\"")]
    [InlineData("say \"no\"\\", "\"say \\\"no\\\"\\\\\"")]
    [InlineData("line\nnext\ttab", "\"line\\nnext\\ttab\"")]
    [InlineData("\u0001\u007f", "\"\\x01\\x7f\"")]
    [InlineData("für 日本", "\"für 日本\"")]
    [InlineData("a\u200bb", "\"a\\u200bb\"")]
    public void Log_values_are_quoted_where_they_are_no_plain_word(string value, string quoted) => Assert.Equal(quoted, LogText.Quote(value));

    [Fact]
    public void Columns_are_as_wide_as_their_widest_cell_and_at_least_twelve()
    {
        var table = TextTable.Of([["ID", "PID", "OWNER"], ["a-rather-long-id", "1", "root"]]);
        Assert.Equal("ID                 PID         OWNER\na-rather-long-id   1           root\n", table);
    }

    [Theory]
    [InlineData("5s", 5000)]
    [InlineData("1m1.5s", 61500)]
    [InlineData("250ms", 250)]
    [InlineData("-2h", -7200000)]
    [InlineData("0", 0)]
    public void Durations_are_read_as_Go_reads_them(string text, int milliseconds)
    {
        Assert.True(GoDuration.TryParse(text, out var duration));
        Assert.Equal(milliseconds, duration.TotalMilliseconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("s")]
    [InlineData("5 s")]
    [InlineData("1d")]
    [InlineData("9999999999999h")]
    public void What_is_no_duration_is_refused(string text) => Assert.False(GoDuration.TryParse(text, out _));
}
