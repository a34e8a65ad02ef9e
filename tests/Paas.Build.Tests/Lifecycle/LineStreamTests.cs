using System.Text;
using Paas.Build.Lifecycle;
using Paas.Images;

namespace Paas.Build.Tests.Lifecycle;

public sealed class LineStreamTests
{
    [Fact]
    public void Lines_are_put_together_across_writes_also_within_a_character()
    {
        var lines = new List<string>();
        using var stream = new LineStream(lines.Add);
        foreach (var value in Encoding.UTF8.GetBytes("first\r\nsécond  \n\n10 %\r100 %\nlast")) stream.Write([value]);
        Assert.Equal(["first", "sécond", "", "100 %"], lines);
        stream.Complete();
        stream.Complete();
        Assert.Equal("last", lines[^1]);
        Assert.Equal("last", stream.LastLine);
        Assert.Equal(5, lines.Count);
    }

    [Fact]
    public void A_line_without_an_end_is_cut()
    {
        var lines = new List<string>();
        using var stream = new LineStream(lines.Add);
        stream.Write(Encoding.UTF8.GetBytes(new string('x', 100_000)));
        stream.Complete();
        Assert.Equal(100_000, lines.Sum(line => line.Length));
        Assert.All(lines, line => Assert.True(line.Length <= 16 * 1024));
    }

    [Fact]
    public void Output_has_the_shape_of_a_push()
    {
        var lines = new List<string>();
        var output = new PushOutput(lines.Add);
        output.Heading("Building hello");
        output.Detail("12 files");
        output.Warning("careful");
        foreach (var line in (string[])["-----> Installing", "plain", "", " !     broken"]) output.FromBuildpack(line);
        Assert.Equal(
            ["-----> Building hello", "       12 files", " !     careful", "-----> Installing", "       plain", "", " !     broken"], lines);
    }

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(1000, "1 kB")]
    [InlineData(1_234_567, "1.2 MB")]
    [InlineData(999_999, "1 MB")]
    [InlineData(2L << 30, "2.1 GB")]
    public void Sizes_are_for_people(long bytes, string expected) => Assert.Equal(expected, ByteSize.Text(bytes));
}
