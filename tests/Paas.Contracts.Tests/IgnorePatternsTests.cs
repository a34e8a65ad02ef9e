using Paas.Contracts.Sources;

namespace Paas.Contracts.Tests;

public sealed class IgnorePatternsTests
{
    [Theory]
    [InlineData("a", "a", true)]
    [InlineData("a", "a/b/c", true)]
    [InlineData("a", "b/a", false)]
    [InlineData("/a", "a", true)]
    [InlineData("./a/", "a", true)]
    [InlineData("b/../a", "a", true)]
    [InlineData("**/a", "a", true)]
    [InlineData("**/a", "x/y/a", true)]
    [InlineData("**/a", "x/ya", false)]
    [InlineData("a/**", "a", false)]
    [InlineData("a/**", "a/b", true)]
    [InlineData("a/**/c", "a/c", true)]
    [InlineData("a/**/c", "a/b/b/c", true)]
    [InlineData("**", "x", true)]
    [InlineData("*", "x/y", true)]
    [InlineData("*/b", "a/b", true)]
    [InlineData("*/b", "a/x/b", false)]
    [InlineData("?.c", "a.c", true)]
    [InlineData("?.c", "/.c", false)]
    [InlineData("[a-c]x", "bx", true)]
    [InlineData("[^a-c]x", "bx", false)]
    [InlineData("a\\*", "a*", true)]
    [InlineData("a\\*", "ab", false)]
    [InlineData("a.b+(c)|{d}$", "a.b+(c)|{d}$", true)]
    [InlineData("*.md\n!README.md", "README.md", false)]
    [InlineData("*.md\n!README.md", "x.md", true)]
    [InlineData("!README.md\n*.md", "README.md", true)]
    [InlineData("docs\n!docs/README.md", "docs/README.md", false)]
    [InlineData("docs\n!docs/README.md", "docs/x", true)]
    [InlineData("*\n!src", "src/a/b", false)]
    [InlineData("*\n!src\nsrc/a", "src/a/b", true)]
    [InlineData("# a\na b", "a b", true)]
    [InlineData("# a", "# a", false)]
    [InlineData("  a  \r", "a", true)]
    [InlineData("", "a", false)]
    public void A_file_is_in_or_out(string patterns, string path, bool ignored) => Assert.Equal(ignored, IgnorePatterns.Parse(patterns).Ignores(path));

    [Theory]
    [InlineData("!")]
    [InlineData("[a")]
    [InlineData("[]a]")]
    [InlineData("a\\")]
    public void A_pattern_that_cannot_be_is_refused(string pattern) => Assert.Throws<FormatException>(() => IgnorePatterns.Parse(pattern));
}
