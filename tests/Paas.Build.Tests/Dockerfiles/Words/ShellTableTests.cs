using Paas.Build.Dockerfiles.Words;

namespace Paas.Build.Tests.Dockerfiles.Words;

/// <summary>Every form of words that BuildKit's own tables have, in words of ours: one string, or the words that a shell would make of it.</summary>
public sealed class ShellTableTests
{
    // Expected of what cannot be expanded.
    private const string Refused = "!";

    private static readonly Dictionary<string, string> Variables = new()
    {
        ["DIR"] = "/srv", ["LANG"] = "de", ["UNI"] = "日本", ["VOID"] = "", ["GAP"] = "a1  b2", ["LEAD"] = "  x y", ["TRAIL"] = "x y   ", ["STARS"] = "ab**", ["MARKS"] = "???z",
        ["MANY"] = "q***rr*", ["TWICE"] = "xxyy", ["ODD"] = "()[]{}^$.*?|\\k", ["LOGS"] = "/var/var/log.txt", ["VARDIR"] = "/var", ["GLOB"] = "/m*/*/*.n", ["NEEDLE"] = "\\*/",
    };

    [Theory]
    [InlineData("abc", "abc")]
    [InlineData("q'uo'te", "quote")]
    [InlineData("q'uote", "!")]
    [InlineData("q\\'uote", "q'uote")]
    [InlineData("q\\\\'uote", "!")]
    [InlineData("m\\nz", "mnz")]
    [InlineData("\"m\\nz\"", "m\\nz")]
    [InlineData("\"m\\\\nz\"", "m\\nz")]
    [InlineData("'m\\nz'", "m\\nz")]
    [InlineData("end\\", "end")]
    [InlineData("end\\\\", "end\\")]
    [InlineData("\"end", "!")]
    [InlineData("\"end\\\"", "!")]
    [InlineData("\"en'd\"", "en'd")]
    [InlineData("'end", "!")]
    [InlineData("'end\\'", "end\\")]
    [InlineData("'en\\\\d'", "en\\\\d")]
    [InlineData("\"''\"", "''")]
    [InlineData("$.", "$.")]
    [InlineData("a$7b", "ab")]
    [InlineData("a$.b", "a$.b")]
    [InlineData("a$dir.", "a.")]
    [InlineData("a$DIR", "a/srv")]
    [InlineData("a\\$DIR", "a$DIR")]
    [InlineData("a\\\\$DIR", "a\\/srv")]
    [InlineData("\"a\\$DIR\"", "a$DIR")]
    [InlineData("\"a\\\\$DIR\"", "a\\/srv")]
    [InlineData("'a\\$DIR'", "a\\$DIR")]
    [InlineData("\\${}", "${}")]
    [InlineData("\\${}b", "${}b")]
    [InlineData("a\\${}b", "a${}b")]
    [InlineData("${}", "!")]
    [InlineData("${}b", "!")]
    [InlineData("a${}", "!")]
    [InlineData("a${no}", "a")]
    [InlineData("a${no}b", "ab")]
    [InlineData("a${DIR}", "a/srv")]
    [InlineData("a${.}", "!")]
    [InlineData("a${NO:-0}b", "a0b")]
    [InlineData("a${NO:-0}b${NO:-1}", "a0b1")]
    [InlineData("a${DIR:-0}b", "a/srvb")]
    [InlineData("a${NO:-$DIR}b", "a/srvb")]
    [InlineData("a${NO:-${DIR:-y}}b", "a/srvb")]
    [InlineData("a${NO:-${ALSO:-y}}b", "ayb")]
    [InlineData("a${NO:Y}", "!")]
    [InlineData("a${NO?}", "!")]
    [InlineData("a${NO:?}", "!")]
    [InlineData("a${DIR?}", "a/srv")]
    [InlineData("a${DIR:?}", "a/srv")]
    [InlineData("a${VOID?}", "a")]
    [InlineData("a${VOID:?}", "!")]
    [InlineData("a${NO:+${DIR}}b", "ab")]
    [InlineData("a${DIR:+${NO}}b", "ab")]
    [InlineData("a${DIR:+${LANG}}b", "adeb")]
    [InlineData("'a${NO}'", "a${NO}")]
    [InlineData("\"a${DIR}\"", "a/srv")]
    [InlineData("\"a'$DIR'\"", "a'/srv'")]
    [InlineData("'\"abc\"'", "\"abc\"")]
    [InlineData("a${DIR", "!")]
    [InlineData("a${DIR:=0}b", "!")]
    [InlineData("a${DIR:+${DIR}:}b", "a/srv:b")]
    [InlineData("a${NO:-\\$DIR:}b", "a$DIR:b")]
    [InlineData("a${NO:-\\${DIR}z}b", "a${DIRz}b")]
    [InlineData("ñ$UNI", "ñ日本")]
    [InlineData("${UNI}ñ", "日本ñ")]
    [InlineData("${STARS%%\\**}", "ab")]
    [InlineData("${MARKS#?\\?}", "?z")]
    [InlineData("${MANY%%\\**\\*}", "q")]
    [InlineData("${TWICE#*x*y}", "y")]
    [InlineData("${TWICE##*x}", "yy")]
    [InlineData("${TWICE#}", "xxyy")]
    [InlineData("${TWICE##}", "xxyy")]
    [InlineData("${TWICE%}", "xxyy")]
    [InlineData("${TWICE#*}", "xxyy")]
    [InlineData("${TWICE%%$VOID}", "xxyy")]
    [InlineData("${ODD#()[]{\\}^$.\\*\\?|\\\\}", "k")]
    [InlineData("${LOGS/$VARDIR/} ${LOGS//$VARDIR/}", "/var/log.txt /log.txt")]
    [InlineData("${LOGS//\\//\\/}", "\\/var\\/var\\/log.txt")]
    [InlineData("${GLOB/$NEEDLE/.} ${GLOB//$NEEDLE/.}", "/m.*/*.n /m..*.n")]
    [InlineData("${TWICE/$VOID/w}", "wxxyy")]
    [InlineData("${TWICE//w}", "!")]
    [InlineData("${TWICE//}", "!")]
    [InlineData("${TWICE///}", "xxyy")]
    [InlineData("${NO///}", "")]
    [InlineData("${TWICE:#x}", "!")]
    [InlineData("${TWICE:%y}", "!")]
    [InlineData("a << b", "a << b")]
    public void One_text(string text, string expected) => Assert.Equal(expected, Result(text, expansion => expansion.Text));

    [Theory]
    [InlineData("abc", "abc")]
    [InlineData("abc${NO}d", "abcd")]
    [InlineData("abc${LANG}d", "abcded")]
    [InlineData("abc${GAP}d", "abca1|b2d")]
    [InlineData("abc\"${GAP}\"d", "abca1  b2d")]
    [InlineData("abc \"${GAP}\"d", "abc|a1  b2d")]
    [InlineData("abc${LEAD}d", "abc|x|yd")]
    [InlineData("abc\"${LEAD}\" d", "abc  x y|d")]
    [InlineData("abc\"${LEAD}\"", "abc  x y")]
    [InlineData("abc${LEAD}", "abc|x|y")]
    [InlineData("abc${TRAIL}", "abcx|y")]
    [InlineData("abc${TRAIL}d", "abcx|y|d")]
    [InlineData("abc\"${TRAIL}\"d", "abcx y   d")]
    [InlineData("a\"bc${TRAIL}\"", "abcx y   ")]
    [InlineData("abc\" d  \"", "abc d  ")]
    [InlineData("abc d  ", "abc|d")]
    [InlineData("abc\\ d", "abc d")]
    [InlineData("abc\" d", "!")]
    [InlineData("abc\\\" d", "abc\"|d")]
    [InlineData("abc\"\\\\d\"", "abc\\d")]
    [InlineData("abc\"\\d\"", "abc\\d")]
    [InlineData("abc'\\\\d'", "abc\\\\d")]
    [InlineData("abc'$LANG'", "abc$LANG")]
    [InlineData("cat << A 3<<  B < c", "cat|<< A|3<<  B|<|c")]
    public void Several_words(string text, string expected) => Assert.Equal(expected, Result(text, expansion => string.Join('|', expansion.Words)));

    [Theory]
    [InlineData("a`$DIR", "a$DIR")]
    [InlineData("a``$DIR", "a`/srv")]
    [InlineData("\"a``b\"", "a`b")]
    [InlineData("C:\\x`\\y", "C:\\x\\y")]
    [InlineData("'a``b'", "a``b")]
    public void A_backtick_escapes_where_the_file_says_so(string text, string expected) => Assert.Equal(expected, new WordExpansion('`', Variables).Expand(text).Text);

    private static string Result(string text, Func<ExpandedText, string> of)
    {
        try
        {
            return of(new WordExpansion('\\', Variables).Expand(text));
        }
        catch (FormatException)
        {
            return Refused;
        }
    }
}
