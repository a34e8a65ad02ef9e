using System.Globalization;
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
    [InlineData("*/1001 * * * *")]
    public void Anything_else_is_refused(string text) => Assert.Throws<FormatException>(() => CronSchedule.Parse(text));

    [Theory]
    [InlineData("* * * * *", "2026-03-01 10:07", "2026-03-01 10:08")]
    [InlineData("*/15 * * * *", "2026-03-01 10:45", "2026-03-01 11:00")]
    [InlineData("5/20 * * * *", "2026-03-01 10:25", "2026-03-01 10:45")]
    [InlineData("@daily", "2026-12-31 23:59", "2027-01-01 00:00")]
    [InlineData("30 6 * * mon-fri", "2026-11-27 06:30", "2026-11-30 06:30")]
    [InlineData("0 0 * * 7", "2026-11-26 00:00", "2026-11-29 00:00")]
    [InlineData("0 0 31 * *", "2026-01-31 00:00", "2026-03-31 00:00")]
    [InlineData("0 12 29 2 *", "2096-02-29 12:00", "2104-02-29 12:00")]
    // Both days restricted: either will do. A step of * does not restrict.
    [InlineData("0 0 13 * fri", "2026-11-26 00:00", "2026-11-27 00:00")]
    [InlineData("0 0 13 * fri", "2026-11-27 00:00", "2026-12-04 00:00")]
    [InlineData("0 0 */2 * fri", "2026-11-26 00:00", "2026-11-27 00:00")]
    [InlineData("0 0 */2 * sat", "2026-11-26 00:00", "2026-12-05 00:00")]
    [InlineData("0 0 30 2 *", "2026-11-26 00:00", null)]
    public void It_is_due_at_the_next_minute_that_fits(string text, string after, string? next)
    {
        static DateTimeOffset Utc(string at) => DateTimeOffset.Parse(at, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
        Assert.Equal(next is null ? null : Utc(next), CronSchedule.Parse(text).Next(Utc(after).AddSeconds(30)));
    }
}
