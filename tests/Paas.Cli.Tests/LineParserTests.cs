using Paas.Cli.CommandLine;
using Paas.Cli.Commands;

namespace Paas.Cli.Tests;

public sealed class LineParserTests
{
    [Theory]
    [InlineData("-a", "hello", "web=2")]
    [InlineData("-ahello", "web=2")]
    [InlineData("--app", "hello", "web=2")]
    [InlineData("--app=hello", "web=2")]
    [InlineData("web=2", "-a", "hello")]
    [InlineData("-a", "hello", "--", "web=2")]
    public void Options_stand_anywhere_in_every_usual_form(params string[] arguments)
    {
        var line = LineParser.Parse(new ScaleCommand(), arguments);
        Assert.Equal("hello", line.Value(Option.App));
        Assert.Equal(["web=2"], line.Words);
    }

    [Fact]
    public void An_option_that_repeats_keeps_every_value()
    {
        var line = LineParser.Parse(new BuildCommand(), ["--build-arg", "A=1", "-t", "x", "--build-arg=B=2,3", "."]);
        Assert.Equal(["A=1", "B=2,3"], line.Values(line.Command.Options.Single(option => option.Name == "--build-arg")));
        Assert.Equal(["x"], line.Values(line.Command.Options.Single(option => option.Name == "--tag")));
        Assert.Empty(line.Values(line.Command.Options.Single(option => option.Name == "--label")));
    }

    [Fact]
    public void Behind_two_dashes_everything_is_a_word()
    {
        var line = LineParser.Parse(new CreateCommand(), ["--", "-dash"]);
        Assert.Equal(["-dash"], line.Words);
    }

    [Theory]
    [InlineData("--", "node", "-e", "1", "-a", "x")]
    [InlineData("node", "-e", "1", "-a", "x")]
    public void Run_leaves_the_options_of_its_command_alone(params string[] command)
    {
        var line = LineParser.Parse(new RunCommand(), ["-a", "hello", .. command]);
        Assert.Equal("hello", line.Value(Option.App));
        Assert.Equal(["node", "-e", "1", "-a", "x"], line.Words);
    }

    [Theory]
    [InlineData("paas run -a staging rake db:migrate", "paas run -- rake db:migrate -a staging", "rake", "db:migrate", "-a", "staging")]
    [InlineData("paas run -a staging rake", "paas run -- rake --app staging", "rake", "--app", "staging")]
    [InlineData("paas run -a staging --no-tty rake 'a b'", "paas run --no-tty -- rake --app=staging 'a b'", "--no-tty", "rake", "--app=staging", "a b")]
    public void An_app_behind_the_command_of_run_is_asked_about(string forPaas, string forCommand, params string[] arguments)
    {
        var error = Assert.Throws<UsageException>(() => RunCommand.RefuseLateApp(LineParser.Parse(new RunCommand(), arguments)));
        Assert.Equal($"If staging is the app: {forPaas}\nIf it is meant for the command: {forCommand}", error.Hint);
    }

    [Theory]
    [InlineData("-a", "hello", "node", "-a", "x")]
    [InlineData("--", "node", "-a", "x")]
    [InlineData("node", "--", "-a", "x")]
    [InlineData("ls", "-a")]
    [InlineData("ls", "-a", "/app")]
    [InlineData("grep", "-a", "-n", "x")]
    public void What_can_only_be_the_command_s_own_is_no_question(params string[] arguments) =>
        RunCommand.RefuseLateApp(LineParser.Parse(new RunCommand(), arguments));

    [Fact]
    public void A_single_dash_is_a_word_and_an_equals_sign_may_be_in_a_value()
    {
        Assert.Equal(["A=b=c", "-"], LineParser.Parse(new ConfigSetCommand(), ["A=b=c", "-"]).Words);
        Assert.Equal("a=b", LineParser.Parse(new AppsCommand(), ["--host=a=b"]).Value(Option.Host));
    }

    [Theory]
    [InlineData("apps", "--jsno", "Perhaps you meant --json.")]
    [InlineData("apps", "--what-is-this", "See: paas help apps")]
    [InlineData("config", "set", "Perhaps you meant: paas config:set")]
    [InlineData("ps", "hello", "If hello is the app: paas ps -a hello")]
    [InlineData("config:get", null, "See: paas help config:get")]
    public void A_mistake_gets_advice(string command, string? word, string hint)
    {
        var error = Assert.Throws<UsageException>(() => LineParser.Parse(CommandTable.Get(command), word is null ? [] : [word]));
        Assert.Equal(hint, error.Hint);
    }

    [Fact]
    public void An_option_without_its_value_and_a_flag_with_one_are_refused()
    {
        Assert.Contains("--app APP", Assert.Throws<UsageException>(() => LineParser.Parse(new PsCommand(), ["--app"])).Message, StringComparison.Ordinal);
        Assert.Contains("takes no value", Assert.Throws<UsageException>(() => LineParser.Parse(new PsCommand(), ["--json=1"])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("logz", "logs")]
    [InlineData("confg:set", "config:set")]
    [InlineData("crate", "create")]
    [InlineData("roolbakc", "rollback")]
    [InlineData("build:info", "builds:info")]
    [InlineData("git:snyc", "git:sync")]
    [InlineData("rlbk", null)]
    [InlineData("ls", null)]
    [InlineData("status", null)]
    [InlineData("certs:add", null)]
    [InlineData("run:detached", null)]
    [InlineData("kubernetes", null)]
    public void The_nearest_command_is_suggested_and_nothing_far(string typed, string? meant)
    {
        var hint = Assert.Throws<UsageException>(() => CommandTable.Get(typed)).Hint!;
        Assert.Equal(meant is not null, hint.StartsWith($"Perhaps you meant {meant}.", StringComparison.Ordinal) && meant is not null);
        if (meant is null) Assert.Equal("All commands: paas help", hint);
    }

    [Theory]
    [InlineData("ps:stop", "Here it is: paas scale TYPE=0. All commands: paas help")]
    [InlineData("ps:report", "Here it is: paas ps. All commands: paas help")]
    [InlineData("config:clear", "Here it is: paas config:unset. All commands: paas help")]
    public void What_is_called_otherwise_elsewhere_is_translated(string typed, string hint) =>
        Assert.Equal(hint, Assert.Throws<UsageException>(() => CommandTable.Get(typed)).Hint);

    [Fact]
    public void Every_translation_is_of_a_name_that_is_none_here_into_one_that_is()
    {
        foreach (var (foreign, here) in ForeignName.All)
        {
            Assert.Null(CommandTable.Find(foreign));
            var words = here.Split(' ');
            var command = CommandTable.Find(words[0]);
            Assert.True(command?.Summary is not null, here);
            LineParser.Parse(command, [.. words.Skip(1), Option.Help.Name]);
        }
    }

    [Theory]
    [InlineData("", "", 0)]
    [InlineData("logs", "logs", 0)]
    [InlineData("logs", "lgos", 1)]
    [InlineData("logs", "log", 1)]
    [InlineData("apps", "ps", 2)]
    [InlineData("", "abc", 3)]
    public void Distance_counts_edits(string a, string b, int distance)
    {
        Assert.Equal(distance, Suggestion.Distance(a, b));
        Assert.Equal(distance, Suggestion.Distance(b, a));
    }

    [Fact]
    public void Every_command_has_one_name_and_a_help_page_that_shows_all_it_takes()
    {
        var names = CommandTable.All.SelectMany(command => command.Aliases.Append(command.Name)).ToList();
        Assert.Equal(names.Distinct(), names);
        foreach (var command in CommandTable.All)
        {
            var page = HelpPage.Of(command, Output.Style.Plain);
            Assert.All(command.AllOptions, option => Assert.Contains(option.Name, page, StringComparison.Ordinal));
            Assert.Equal(command.AllOptions.Count(), command.AllOptions.DistinctBy(option => option.Name).Count());
            var letters = command.AllOptions.Where(option => option.Short is not null).Select(option => option.Short).ToList();
            Assert.Equal(letters.Distinct(), letters);
            Assert.True(command.Summary is null || HelpPage.Overview(Output.Style.Plain).Contains(command.Summary, StringComparison.Ordinal));
        }
    }
}
