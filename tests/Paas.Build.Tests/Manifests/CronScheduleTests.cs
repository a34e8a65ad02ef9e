using Paas.Build.Manifests;

namespace Paas.Build.Tests.Manifests;

public sealed class CronScheduleTests
{
    [Theory]
    [InlineData("* * * * *", "* * * * *")]
    [InlineData("  0\t4 1,15 */2 sun ", "0 4 1,15 */2 sun")]
    [InlineData("@weekly", "0 0 * * 0")]
    [InlineData("10-50/10 0 * JAN-MAR 7", "10-50/10 0 * JAN-MAR 7")]
    public void A_schedule_has_five_fields(string text, string fields) => Assert.Equal(fields, CronSchedule.Parse(text).Text);

    [Theory]
    [InlineData("")]
    [InlineData("* * * *")]
    [InlineData("* * * * * *")]
    [InlineData("@sometimes")]
    [InlineData("60 * * * *")]
    [InlineData("* 24 * * *")]
    [InlineData("* * 0 * *")]
    [InlineData("* * * 13 *")]
    [InlineData("* * * * 8")]
    [InlineData("5-1 * * * *")]
    [InlineData("1-2-3 * * * *")]
    [InlineData("*/0 * * * *")]
    [InlineData("*/ * * * *")]
    [InlineData("1,,2 * * * *")]
    [InlineData("-1 * * * *")]
    [InlineData("jan * * * *")]
    public void Anything_else_is_refused(string text) => Assert.Throws<FormatException>(() => CronSchedule.Parse(text));
}
