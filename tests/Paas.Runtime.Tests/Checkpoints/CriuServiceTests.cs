using Paas.Runtime.Checkpoints;
using Xunit;

namespace Paas.Runtime.Tests.Checkpoints;

/// <summary>What is said to criu over its socket and in its file of options.</summary>
public sealed class CriuServiceTests
{
    [Fact]
    public void Arguments_become_lines_of_one_word_unless_a_value_has_spaces()
    {
        var text = CriuOptionFile.Text(["--images-dir", "/srv/images", "--restore-detached", "--manage-cgroups=soft", "--external=mnt[/a]:/b", "--root", "/a \"b\" c"]);
        Assert.Equal("images-dir=/srv/images\nrestore-detached\nmanage-cgroups=soft\nexternal=mnt[/a]:/b\nroot \"/a \\\"b\\\" c\"\n", text);
    }

    [Fact]
    public void A_value_with_a_line_break_is_refused() =>
        Assert.Contains("line break", Assert.Throws<RuntimeException>(() => CriuOptionFile.Text(["--root", "/a\nb"])).Message);

    [Fact]
    public void A_restore_asks_for_the_terminals_master_and_a_sibling()
    {
        var request = CriuMessage.Request(isRestore: true, 0, "f");
        byte[] expected =
        [
            0x08, 2, 0x12, 26,
            0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1,
            0x48, 4, 0x60, 1, 0xd0, 1, 1, 0x90, 3, 1, 0x9a, 3, 1, (byte)'f',
        ];
        expected[3] = (byte)(expected.Length - 4);
        Assert.Equal(expected, request);
    }

    [Theory]
    [InlineData(new byte[] { 0x08, 6, 0x10, 1, 0x2a, 2, 0x0a, 0 }, true, true)]
    [InlineData(new byte[] { 0x08, 2, 0x10, 1, 0x22, 2, 0x08, 5 }, false, true)]
    [InlineData(new byte[] { 0x08, 2, 0x10, 0, 0x38, 0x84, 1 }, false, false)]
    public void Answers_are_read_past_what_is_not_needed(byte[] bytes, bool isNotification, bool succeeded) =>
        Assert.Equal(new CriuMessage(isNotification, succeeded), CriuMessage.Read(bytes));

    [Theory]
    [InlineData(new byte[] { 0x08 })]
    [InlineData(new byte[] { 0x2a, 200, 1 })]
    [InlineData(new byte[] { 0x0b, 1 })]
    public void An_answer_that_is_none_is_an_error(byte[] bytes) => Assert.Throws<RuntimeException>(() => CriuMessage.Read(bytes));
}
