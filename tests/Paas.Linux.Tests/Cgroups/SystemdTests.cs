using Paas.Linux.Cgroups;
using Paas.Linux.DBus;
using Xunit;

namespace Paas.Linux.Tests.Cgroups;

public sealed class SystemdTests
{
    [Theory]
    [InlineData("system.slice", "/system.slice")]
    [InlineData("a-b-c.slice", "/a.slice/a-b.slice/a-b-c.slice")]
    [InlineData("-.slice", "/")]
    public void A_slice_s_name_holds_its_path(string slice, string path) => Assert.Equal(path, SystemdUnit.ExpandSlice(slice));

    [Theory]
    [InlineData("")]
    [InlineData(".slice")]
    [InlineData("a")]
    [InlineData("-a.slice")]
    [InlineData("a--b.slice")]
    [InlineData("a/b.slice")]
    public void What_is_no_slice_s_name_is_refused(string slice) => Assert.Throws<CgroupException>(() => SystemdUnit.ExpandSlice(slice));

    [Theory]
    [InlineData(50_000, 100_000, 500_000)]
    [InlineData(1_000, 300_000, 10_000)]
    [InlineData(100_001, 100_000, 1_010_000)]
    public void Quotas_are_rounded_up_to_hundredths(long quota, ulong period, ulong perSecond) =>
        Assert.Equal(perSecond, SystemdLimits.QuotaPerSecond(quota, period));

    [Theory]
    [InlineData(50_000, 100_000UL, 50_000)]
    [InlineData(100_001, 100_000UL, 101_000)]
    [InlineData(30_001, null, 31_000)]
    [InlineData(-1, 100_000UL, -1)]
    public void The_quota_in_the_file_is_what_systemd_makes_of_it(long quota, ulong? period, long kept) =>
        Assert.Equal(kept, SystemdLimits.AsKept(new CgroupLimits { Processor = new ProcessorLimits { Quota = quota, Period = period } }).Processor.Quota);

    [Fact]
    public void Limits_become_properties()
    {
        var properties = SystemdLimits.Of(
            new CgroupLimits
            {
                Memory = new MemoryLimits { Limit = 100, LimitAndSwap = 300, Reservation = 50 },
                Processor = new ProcessorLimits { Shares = 1024, Quota = 50_000, Cpus = "0-1" },
                Pids = -1,
                UnifiedFiles = new Dictionary<string, string> { ["memory.high"] = "90", ["io.max"] = "8:0 rbps=1" },
            },
            unified: true);
        Assert.Equal(
            "MemoryMax t 6400000000000000, MemoryLow t 3200000000000000, MemorySwapMax t C800000000000000, CPUWeight t 6400000000000000, "
            + "CPUQuotaPerSecUSec t 20A1070000000000, AllowedCPUs ay 0100000003, TasksMax t FFFFFFFFFFFFFFFF, MemoryHigh t 5A00000000000000",
            string.Join(", ", properties.Select(property => $"{property.Name} {property.Value.Signature} {Hex(property.Value)}")));
    }

    [Fact]
    public void What_devices_are_allowed_is_left_of_the_rules()
    {
        var allowed = SystemdDevices.Allowed(
        [
            new DeviceAccess(true, 'c', 9, 9, "r"),
            new DeviceAccess(false, 'a', null, null, "rwm"),
            new DeviceAccess(true, 'c', null, null, "m"),
            new DeviceAccess(true, 'c', 1, 3, "rwm"),
            new DeviceAccess(true, 'c', 1, 5, "rwm"),
            new DeviceAccess(false, 'c', 1, 5, "rwm"),
            new DeviceAccess(true, 'c', 1, null, "r"),
        ]);
        Assert.Equal([("char-*", "m"), ("/dev/char/1:3", "rwm"), ("char-mem", "r")], allowed);
    }

    [Theory]
    [InlineData("true", "b", "01000000")]
    [InlineData("7", "i", "07000000")]
    [InlineData("-1", "i", "FFFFFFFF")]
    [InlineData("uint64 7", "t", "0700000000000000")]
    [InlineData("'a b'", "s", "0300000061206200")]
    [InlineData("\"it's\"", "s", "0400000069742773" + "00")]
    [InlineData("['a', 'b']", "as", "0E000000" + "010000006100" + "0000" + "010000006200")]
    [InlineData("[]", "as", "00000000")]
    [InlineData("1.5", "d", "000000000000F83F")]
    public void Values_are_read_as_people_write_them(string text, string signature, string bytes)
    {
        var value = DBusText.Parse(text);
        Assert.Equal((signature, bytes), (value.Signature, Hex(value)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("'a")]
    [InlineData("'a'b'")]
    [InlineData("['a' 'b']")]
    [InlineData("uint64 -1")]
    [InlineData("uint99 1")]
    [InlineData("int32 99999999999")]
    public void What_is_no_value_is_refused(string text) => Assert.Throws<FormatException>(() => DBusText.Parse(text));

    [Fact]
    public void Seconds_become_microseconds() => Assert.Equal("A0252600" + "00000000", Hex(DBusText.ParseSeconds("2.5")));

    private static string Hex(DBusValue value)
    {
        var writer = new DBusWriter();
        value.Write(writer);
        return Convert.ToHexString(writer.Written);
    }
}
