using Paas.Launch.Toml;

namespace Paas.Build.Tests.Toml;

public sealed class TomlParserTests
{
    [Theory]
    [InlineData("a = \"x\"", "x")]
    [InlineData("a = ''", "")]
    [InlineData("a = 'C:\\n'", "C:\\n")]
    [InlineData(@"a = ""\b\t\n\f\r\""\\\u00e9\U0001F600""", "\b\t\n\f\r\"\\é😀")]
    [InlineData("a = \"\"\"\nfirst\nsecond\"\"\"", "first\nsecond")]
    [InlineData("a = \"\"\"one \\\n   \n  two\"\"\"", "one two")]
    [InlineData("a = \"\"\"\"quoted\"\"\"\"", "\"quoted\"")]
    [InlineData("a = \"\"\"two\"\"\"\"\"", "two\"\"")]
    [InlineData("a = '''\r\nit's \\ raw'''", "it's \\ raw")]
    [InlineData("a = ''''three''''", "'three'")]
    public void Strings_of_every_notation(string text, string expected) => Assert.Equal(expected, TomlParser.Parse(text).Text("a"));

    [Theory]
    [InlineData("0", 0)]
    [InlineData("+99", 99)]
    [InlineData("-17", -17)]
    [InlineData("1_000", 1000)]
    [InlineData("0xDEAD_beef", 0xDEADBEEF)]
    [InlineData("0o755", 493)]
    [InlineData("0b1101", 13)]
    [InlineData("9223372036854775807", long.MaxValue)]
    [InlineData("-9223372036854775808", long.MinValue)]
    public void Integers(string text, long expected) =>
        Assert.Equal(expected, Assert.IsType<TomlInteger>(TomlParser.Parse("a = " + text)["a"]).Value);

    [Theory]
    [InlineData("1.0", 1.0)]
    [InlineData("-0.01", -0.01)]
    [InlineData("5e+22", 5e22)]
    [InlineData("6.626e-3_4", 6.626e-34)]
    [InlineData("inf", double.PositiveInfinity)]
    [InlineData("-inf", double.NegativeInfinity)]
    [InlineData("nan", double.NaN)]
    public void Floats(string text, double expected) =>
        Assert.Equal(expected, Assert.IsType<TomlFloat>(TomlParser.Parse("a = " + text)["a"]).Value);

    [Theory]
    [InlineData("1979-05-27T07:32:00Z")]
    [InlineData("1979-05-27T00:32:00.999999-07:00")]
    [InlineData("1979-05-27 07:32:00")]
    [InlineData("1979-05-27")]
    [InlineData("2000-02-29")]
    [InlineData("07:32:00.5")]
    public void Dates_and_times_are_kept_as_written(string text) =>
        Assert.Equal(text, Assert.IsType<TomlDateTime>(TomlParser.Parse($"a = {text} # comment")["a"]).Value);

    [Fact]
    public void A_launch_toml_reads_as_its_tables()
    {
        var document = TomlParser.Parse(
            """
            # what to run
            [[labels]]
            key = "a.b"
            value = "c"

            [[processes]]
            type = "web"
            command = ["bundle", "exec", # the program
              "ruby",
            ]
            default = true

              [[processes]]
              type = "worker"
              command = [ "ruby" ]
            """);
        Assert.Equal(["labels", "processes"], document.Keys);
        var processes = document.Tables("processes").ToList();
        Assert.Equal(["web", "worker"], processes.Select(process => process.Text("type")));
        Assert.Equal(["bundle", "exec", "ruby"], processes[0].Strings("command")!);
        Assert.True(processes[0].Boolean("default"));
        Assert.Null(processes[1].Boolean("default"));
    }

    [Fact]
    public void Tables_by_header_by_dots_and_inline_are_the_same()
    {
        string[] documents =
        [
            "[a.b]\nc = 1\n[a]\nd = 2",
            "a.b.c = 1\na.d = 2",
            "a = { b = { c = 1 }, d = 2 }",
            "a = { b.c = 1, d = 2 }",
            "[a]\nb.c = 1\n'd' = 2",
            "[ a . \"b\" ]\nc = 1\n[a]\nd = 2",
        ];
        Assert.All(documents, text =>
        {
            var a = TomlParser.Parse(text).Table("a")!;
            Assert.Equal(1, Assert.IsType<TomlInteger>(a.Table("b")!["c"]).Value);
            Assert.Equal(2, Assert.IsType<TomlInteger>(a["d"]).Value);
        });
    }

    [Fact]
    public void Headers_below_an_array_of_tables_extend_its_last_one()
    {
        var fruits = TomlParser.Parse("[[f]]\nn = 1\n[f.p]\nq = 2\n[[f.v]]\nw = 3\n[[f]]\n[[f.v]]\n[[f.v]]").Tables("f").ToList();
        Assert.Equal(2, fruits.Count);
        Assert.NotNull(fruits[0].Table("p")!["q"]);
        Assert.Single(fruits[0].Tables("v"));
        Assert.Equal(2, fruits[1].Tables("v").Count());
    }

    [Theory]
    [InlineData("a = 1\na = 2", 2)]
    [InlineData("\n\na", 3)]
    [InlineData("a =", 1)]
    [InlineData("a = 1 b = 2", 1)]
    [InlineData("a = \"x\n\"", 1)]
    [InlineData("\na = \"\"\"x\n", 3)]
    [InlineData("a = \"\\q\"", 1)]
    [InlineData("a = \"\\ud800\"", 1)]
    [InlineData("a = 'x\u0001'", 1)]
    [InlineData("# x\u0000", 1)]
    [InlineData("a = 01", 1)]
    [InlineData("a = 1__0", 1)]
    [InlineData("a = _1", 1)]
    [InlineData("a = 0x_1", 1)]
    [InlineData("a = +0x1", 1)]
    [InlineData("a = 1.", 1)]
    [InlineData("a = .5", 1)]
    [InlineData("a = 9223372036854775808", 1)]
    [InlineData("a = True", 1)]
    [InlineData("a = 2023-02-29", 1)]
    [InlineData("a = 1979-05-27T25:00:00", 1)]
    [InlineData("a = [1, 2", 1)]
    [InlineData("a = [1 2]", 1)]
    [InlineData("a = { b = 1, }", 1)]
    [InlineData("a = { b = 1\n}", 1)]
    [InlineData("a = {}\na.b = 1", 2)]
    [InlineData("a = {}\n[a.b]", 2)]
    [InlineData("[a]\n[a]", 2)]
    [InlineData("[a]\n[[a]]", 2)]
    [InlineData("a = []\n[[a]]", 2)]
    [InlineData("[[a]]\n[a]", 2)]
    [InlineData("a.b = 1\n[a]", 2)]
    [InlineData("[a.b.c]\nz = 9\n[a]\nb.c.t = 1", 4)]
    [InlineData("[a\nb]", 1)]
    [InlineData("[]", 1)]
    [InlineData("= 1", 1)]
    [InlineData("\"\"\"a\"\"\" = 1", 1)]
    [InlineData("a = 1\r", 1)]
    public void Errors_name_the_line(string text, int line) => Assert.Equal(line, Assert.Throws<TomlException>(() => TomlParser.Parse(text)).Line);

    [Fact]
    public void Nesting_is_bounded()
    {
        Assert.Throws<TomlException>(() => TomlParser.Parse("a = " + new string('[', 100_000)));
        Assert.Throws<TomlException>(() => TomlParser.Parse("a = " + string.Concat(Enumerable.Repeat("{a=", 100_000))));
    }

    [Fact]
    public void A_value_of_another_kind_is_an_error_with_its_line()
    {
        var document = TomlParser.Parse("\na = 1\nb = [1]\n[[c]]");
        Assert.Equal("line 2: 'a' must be a string, not an integer", Assert.Throws<TomlException>(() => document.Text("a")).Message);
        Assert.Equal(3, Assert.Throws<TomlException>(() => document.Strings("b")).Line);
        Assert.Equal(4, Assert.Throws<TomlException>(() => document.Table("c")).Line);
        Assert.Throws<TomlException>(() => document.Required("missing"));
    }
}
