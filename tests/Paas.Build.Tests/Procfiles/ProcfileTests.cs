using Paas.Build.Procfiles;

namespace Paas.Build.Tests.Procfiles;

public sealed class ProcfileTests
{
    [Fact]
    public void Types_and_commands_in_the_order_of_the_file()
    {
        var procfile = Procfile.Parse(
            "# what runs\r\nweb: node server.js --port $PORT\r\n\r\n  // a comment too\nworker_2:   bundle exec sidekiq -q a:b  \nrelease:./migrate");
        Assert.Equal(["web", "worker_2", "release"], procfile.Processes.Keys);
        Assert.Equal("node server.js --port $PORT", procfile.Processes["web"]);
        Assert.Equal("bundle exec sidekiq -q a:b", procfile.Processes["worker_2"]);
        Assert.Equal("./migrate", procfile.Processes["release"]);
    }

    [Theory]
    [InlineData("web: a\n<<<<<<< HEAD\nworker: b\n=======\n", 2, "merge conflict marker")]
    [InlineData("=======\nweb: a", 1, "merge conflict marker")]
    [InlineData("web: a\n>>>>>>> topic: branch", 2, "merge conflict marker")]
    [InlineData("web: a\n||||||| base", 2, "merge conflict marker")]
    [InlineData("web: a\n\nweb: b", 3, "'web' is declared twice, first on line 1")]
    [InlineData("web", 1, "not of the form 'type: command'")]
    [InlineData("web: a\nworker:", 2, "'worker' has no command")]
    [InlineData("we b: a", 1, "not a process type")]
    [InlineData(": a", 1, "not a process type")]
    [InlineData("-web: a", 1, "not a process type")]
    [InlineData("web: a\u0000b", 1, "control character U+0000")]
    [InlineData("", 1, "declares no process")]
    [InlineData("# nothing\n", 1, "declares no process")]
    public void What_is_wrong_is_said_with_its_line(string text, int line, string reason)
    {
        var exception = Assert.Throws<ProcfileException>(() => Procfile.Parse(text));
        Assert.Equal(line, exception.Line);
        Assert.Contains(reason, exception.Message, StringComparison.Ordinal);
        Assert.Contains($"line {line}", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_type_has_63_characters_at_most()
    {
        Assert.Single(Procfile.Parse(new string('w', 63) + ": a").Processes);
        Assert.Throws<ProcfileException>(() => Procfile.Parse(new string('w', 64) + ": a"));
    }
}
