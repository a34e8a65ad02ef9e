using System.Text;

namespace Paas.Logs.Tests;

public sealed class LineSplitterTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(1000)]
    public void Lines_are_the_same_whatever_the_pieces(int piece)
    {
        var text = "one\n\ntwo ä🦊\nthree\r\n" + new string('x', 300) + "\nlast";
        Assert.Equal(text.Split('\n'), Split(Encoding.UTF8.GetBytes(text), piece, longest: 400));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(64)]
    [InlineData(10_000)]
    public void Long_lines_come_in_parts_of_whole_characters(int piece)
    {
        var text = string.Concat(Enumerable.Repeat("aä€🦊", 200));
        var parts = Split(Encoding.UTF8.GetBytes(text + "\nnext\n"), piece, longest: 50);
        Assert.Equal("next", parts[^1]);
        Assert.Equal(text, string.Concat(parts[..^1]));
        Assert.All(parts[..^1], part => Assert.InRange(Encoding.UTF8.GetByteCount(part), 1, 50));
    }

    [Fact]
    public void Bytes_that_are_no_text_come_through()
    {
        var bytes = Enumerable.Repeat((byte)0x80, 1000).ToArray();
        var total = 0;
        var splitter = new LineSplitter(line => total += line.Length, longest: 64);
        splitter.Add(bytes);
        splitter.End();
        Assert.Equal(1000, total);
    }

    private static List<string> Split(byte[] bytes, int piece, int longest)
    {
        var lines = new List<string>();
        var splitter = new LineSplitter(line => lines.Add(Encoding.UTF8.GetString(line)), longest);
        foreach (var chunk in bytes.Chunk(piece)) splitter.Add(chunk);
        splitter.End();
        return lines;
    }
}
