using Paas.Cli.CommandLine;
using Paas.Cli.Commands;
using Paas.Cli.Output;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;

namespace Paas.Cli.Tests;

/// <summary>Words in, lines out.</summary>
public sealed class WordTests
{
    private static readonly DateTimeOffset Now = new(2026, 7, 24, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("web=3", "web", 3, false)]
    [InlineData("web=0", "web", 0, false)]
    [InlineData("web=+1", "web", 1, true)]
    [InlineData("web=-2", "web", -2, true)]
    [InlineData("web+1", "web", 1, true)]
    [InlineData("web-1", "web", -1, true)]
    [InlineData("my-worker=2", "my-worker", 2, false)]
    public void Scale_reads_numbers_and_changes(string word, string type, int number, bool relative) =>
        Assert.Equal((type, number, relative), ScaleCommand.Read(word));

    [Theory]
    [InlineData("web")]
    [InlineData("web=")]
    [InlineData("web=x")]
    [InlineData("=3")]
    [InlineData("web=1.5")]
    [InlineData("web=99999999999")]
    [InlineData("")]
    public void Scale_refuses_the_rest(string word) => Assert.Throws<UsageException>(() => ScaleCommand.Read(word));

    [Theory]
    [InlineData("v12", 12)]
    [InlineData("V3", 3)]
    [InlineData("7", 7)]
    public void Releases_are_numbers_with_or_without_v(string word, int version) => Assert.Equal(version, RollbackCommand.Version(word));

    [Theory]
    [InlineData("v")]
    [InlineData("v0")]
    [InlineData("-1")]
    [InlineData("latest")]
    public void Other_words_are_no_releases(string word) => Assert.Throws<UsageException>(() => RollbackCommand.Version(word));

    [Fact]
    public void A_variable_s_value_is_all_behind_the_first_equals_sign()
    {
        Assert.Equal(("A", "b=c "), Assignment.Read("A=b=c "));
        Assert.Equal(("A", ""), Assignment.Read("A="));
        Assert.Throws<UsageException>(() => Assignment.Read("A"));
        Assert.Throws<UsageException>(() => Assignment.Read("=a"));
        Assert.Equal(new() { ["A"] = "1", ["B"] = "2=3" }, RunCommand.Variables("A=1;B=2=3"));
    }

    [Theory]
    [InlineData("plain", "'plain'")]
    [InlineData("it's", "'it'\\''s'")]
    [InlineData("$HOME `x`", "'$HOME `x`'")]
    public void Config_for_a_shell_is_quoted(string value, string quoted) => Assert.Equal(quoted, ConfigCommand.Quoted(value));

    [Fact]
    public void A_log_line_says_when_who_and_what()
    {
        var style = Style.Plain;
        Assert.EndsWith(" app[web.1]: hello  world", LogsCommand.Format(new LogLine("1", Now, "web.1", "stdout", "hello  world"), style), StringComparison.Ordinal);
        Assert.EndsWith(" paas[web.1]: exit status 1", LogsCommand.Format(new LogLine("1", Now, "web.1", "system", "exit status 1"), style), StringComparison.Ordinal);
        Assert.EndsWith(" paas[router]: GET /", LogsCommand.Format(new LogLine("1", Now, "router", "stdout", "GET /"), style), StringComparison.Ordinal);
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}[+-]\d\d:\d\d ", LogsCommand.Format(new LogLine("1", Now, "web.1", "stdout", ""), style));
    }

    [Fact]
    public void An_instance_line_says_how_it_is_since_when_and_why()
    {
        var up = new InstanceDocument("web.1", "web", InstanceStatus.Up, 3, "id", 1, "10.0.0.1", Now.AddMinutes(-2), 0, null, "x");
        Assert.Matches(@"^web\.1: up \d{4}/\d\d/\d\d \d\d:\d\d:\d\d [+-]\d{4} \(~ 2m ago\) v3$", PsCommand.Describe(up, Now, Style.Plain));
        var crashed = up with { Status = InstanceStatus.Crashed, StartedAt = null, Restarts = 1, LastExit = "exit status 1" };
        Assert.Equal("web.1: crashed v3, 1 restart, last exit: exit status 1", PsCommand.Describe(crashed, Now, Style.Plain));
        var looping = crashed with { FailuresInRow = 6, NextStartAt = Now.AddSeconds(30) };
        Assert.EndsWith("exit status 1, 6 failures in a row, next start in 30s", PsCommand.Describe(looping, Now, Style.Plain), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, "web.1")]
    [InlineData("worker.1", "worker.1")]
    [InlineData("worker", "worker.1")]
    [InlineData("web.2", "web.2")]
    [InlineData("web.3", null)]
    [InlineData("ls", null)]
    public void The_instance_to_enter_is_named_or_the_first_that_runs(string? wanted, string? chosen)
    {
        var web = new InstanceDocument("web.1", "web", InstanceStatus.Up, 3, "id", 1, null, Now, 0, null, "x");
        InstanceDocument[] all = [web with { Name = "web.2", Pid = null }, web, web with { Name = "worker.1", Type = "worker" }];
        if (chosen is not null) Assert.Equal(chosen, EnterCommand.Choose("hello", wanted, all));
        else Assert.Equal(ErrorCode.NotFound, Assert.Throws<PaasException>(() => EnterCommand.Choose("hello", wanted, all)).Code);
        Assert.Equal(ErrorCode.Conflict, Assert.Throws<PaasException>(() => EnterCommand.Choose("hello", null, [])).Code);
    }

    [Theory]
    [InlineData(-5, "0s")]
    [InlineData(59, "59s")]
    [InlineData(60, "1m")]
    [InlineData(3599, "59m")]
    [InlineData(3600, "1h")]
    [InlineData(86400 * 3, "3d")]
    public void Ages_are_short(int seconds, string text) => Assert.Equal(text, Moment.Ago(TimeSpan.FromSeconds(seconds)));

    [Fact]
    public void Columns_align_and_end_without_blanks() =>
        Assert.Equal(["a    bb  c", "aaa  b"], Columns.Align([["a", "bb", "c"], ["aaa", "b", ""]]));
}
