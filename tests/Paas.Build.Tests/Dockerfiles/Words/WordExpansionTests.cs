using Paas.Build.Dockerfiles.Words;

namespace Paas.Build.Tests.Dockerfiles.Words;

public sealed class WordExpansionTests
{
    private static readonly Dictionary<string, string> Variables = new()
    {
        ["HOME"] = "/root", ["EMPTY"] = "", ["FILE"] = "a/b/c.tar.gz", ["SPACED"] = " x  y ", ["STAR"] = "*", ["ÜBER"] = "ü",
    };

    [Theory]
    [InlineData("a", "a")]
    [InlineData("$HOME/x", "/root/x")]
    [InlineData("${HOME}x", "/rootx")]
    [InlineData("\\$HOME", "$HOME")]
    [InlineData("\\\\$HOME", "\\/root")]
    [InlineData("'$HOME'", "$HOME")]
    [InlineData("\"$HOME\"", "/root")]
    [InlineData("\"a\\tb\\\"\"", "a\\tb\"")]
    [InlineData("a\\tb", "atb")]
    [InlineData("a\\", "a")]
    [InlineData("$.", "$.")]
    [InlineData("$1x", "x")]
    [InlineData("$ÜBER", "ü")]
    [InlineData("${NONE:-d}", "d")]
    [InlineData("${EMPTY:-d}", "d")]
    [InlineData("${EMPTY-d}", "")]
    [InlineData("${NONE-${HOME:+x}}", "x")]
    [InlineData("${HOME:+${NONE:-y}}", "y")]
    [InlineData("${EMPTY:+x}", "")]
    [InlineData("${EMPTY+x}", "x")]
    [InlineData("${NONE+x}", "")]
    [InlineData("${HOME?e}", "/root")]
    [InlineData("${EMPTY?e}", "")]
    [InlineData("${FILE#*/}", "b/c.tar.gz")]
    [InlineData("${FILE##*/}", "c.tar.gz")]
    [InlineData("${FILE%.*}", "a/b/c.tar")]
    [InlineData("${FILE%%.*}", "a/b/c")]
    [InlineData("${FILE%x}", "a/b/c.tar.gz")]
    [InlineData("${FILE/\\//-}", "a-b/c.tar.gz")]
    [InlineData("${FILE//\\//-}", "a-b-c.tar.gz")]
    [InlineData("${FILE/?b?/}", "ac.tar.gz")]
    [InlineData("${FILE#$STAR/}", "b/c.tar.gz")]
    [InlineData("${FILE#\\*}", "a/b/c.tar.gz")]
    [InlineData("${NONE//a/b}", "")]
    public void Variables_quotes_and_escapes_are_a_shells(string text, string expected) =>
        Assert.Equal(expected, new WordExpansion('\\', Variables).Expand(text).Text);

    [Theory]
    [InlineData("'a")]
    [InlineData("\"a")]
    [InlineData("${")]
    [InlineData("${}")]
    [InlineData("${HOME")]
    [InlineData("${HOME:=x}")]
    [InlineData("${HOME:x}")]
    [InlineData("${NONE?}")]
    [InlineData("${EMPTY:?no}")]
    [InlineData("${HOME/a}")]
    [InlineData("${HOME#\\x}")]
    public void What_does_not_end_or_has_no_meaning_is_refused(string text) =>
        Assert.Throws<FormatException>(() => new WordExpansion('\\', Variables).Expand(text));

    [Theory]
    [InlineData("a b", "a,b")]
    [InlineData("a\\ b 'c d' \"e f\"g", "a b,c d,e fg")]
    [InlineData("a${SPACED}b", "a,x,y,b")]
    [InlineData("\"a${SPACED}b\"", "a x  y b")]
    [InlineData("  ", "")]
    public void Spaces_split_words_where_they_are_not_quoted(string text, string expected) =>
        Assert.Equal(expected, string.Join(',', new WordExpansion('\\', Variables).Expand(text).Words));

    [Fact]
    public void The_other_escape_character_escapes_instead() =>
        Assert.Equal("$HOME\\/root", new WordExpansion('`', Variables).Expand("`$HOME\\$HOME").Text);

    [Fact]
    public void Variables_without_a_value_are_named() =>
        Assert.Equal(["A", "D"], new WordExpansion('\\', Variables).Expand("$A ${B:-c} ${D%x} $HOME").Unset.Order());

    [Fact]
    public void Any_text_is_expanded_or_refused_and_nothing_else_happens()
    {
        const string Alphabet = "$${}:-+?#%/*\\'\"a HOME.";
        var random = new Random(20_26);
        for (var i = 0; i < 20_000; i++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(14)).Select(_ => Alphabet[random.Next(Alphabet.Length)]));
            try
            {
                _ = new WordExpansion('\\', Variables).Expand(text);
            }
            catch (FormatException)
            {
                // Refused.
            }
        }
    }
}
