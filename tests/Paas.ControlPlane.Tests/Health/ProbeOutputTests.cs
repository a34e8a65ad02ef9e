using System.Text;
using Paas.ControlPlane.Health;

namespace Paas.ControlPlane.Tests.Health;

public sealed class ProbeOutputTests
{
    [Fact]
    public async Task Whichever_way_it_is_written_to_it_keeps_the_first_bytes()
    {
        await using var output = new ProbeOutput(8);
        output.Write("ab"u8);
        output.Write("-cd-"u8.ToArray(), 1, 2);
#pragma warning disable CA1835 // This very overload is to be tested.
        await output.WriteAsync("-ef-"u8.ToArray(), 1, 2, CancellationToken.None);
#pragma warning restore CA1835
        await output.WriteAsync("ghij"u8.ToArray().AsMemory(), CancellationToken.None);
        Assert.Equal("abcdefgh", output.Line);
        output.Write("k"u8);
        output.Write("klm"u8.ToArray(), 0, 3);
        output.WriteByte((byte)'n');
        await output.WriteAsync(new byte[100_000]);
        await output.FlushAsync();
        Assert.Equal("abcdefgh", output.Line);
    }

    [Fact]
    public async Task Both_streams_may_write_at_one_time()
    {
        await using var output = new ProbeOutput(4096);
        var line = Encoding.UTF8.GetBytes(new string('x', 100));
        Parallel.For(0, 200, _ => output.Write(line));
        Assert.Equal(new string('x', 4096), output.Line);
    }

    [Fact]
    public async Task What_was_said_is_one_line_that_does_nothing_to_a_terminal()
    {
        await using var output = new ProbeOutput(100);
        Assert.Equal("", output.Line);
        output.Write("  % Total\r\n\u001b[2Jcurl: (7)\tno\0 è\n\xc3"u8);
        Assert.StartsWith("% Total [2Jcurl: (7) no è", output.Line, StringComparison.Ordinal);
        Assert.DoesNotContain(output.Line, char.IsControl);
    }
}
