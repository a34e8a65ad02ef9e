using Paas.Runtime.CommandLine;
using Paas.Runtime.Verbs;
using Xunit;

namespace Paas.Runtime.Tests.CommandLine;

public sealed class OptionReaderTests
{
    [Fact]
    public void Options_before_the_verb_are_the_runtimes_and_after_it_the_verbs()
    {
        var (options, verb, rest) = GlobalOptions.Parse(["--root", "/r", "--log=/l", "--log-format", "json", "run", "--bundle", "b", "id"]);
        Assert.Equal(("/r", "/l", true), (options.Root, options.Log, options.JsonLog));
        Assert.Equal("run", verb);
        Assert.Equal(["--bundle", "b", "id"], rest);
    }

    [Fact]
    public void Without_options_the_defaults_hold()
    {
        var (options, verb, rest) = GlobalOptions.Parse(["list"]);
        Assert.Equal((GlobalOptions.DefaultRoot, null, false), (options.Root, options.Log, options.JsonLog));
        Assert.Equal("list", verb);
        Assert.Empty(rest);
    }

    [Theory]
    [InlineData("/var/log/x", "/var/log/x")]
    [InlineData("file:/var/log/x", "/var/log/x")]
    public void The_log_is_a_file_in_runcs_words_or_in_cruns(string value, string path) =>
        Assert.Equal(path, GlobalOptions.Parse(["--log", value, "list"]).Options.Log);

    [Theory]
    [InlineData("journald:paas")]
    [InlineData("syslog:paas")]
    public void Other_places_for_the_log_are_refused(string value) =>
        Assert.Contains("--log file:PATH", Assert.Throws<UsageException>(() => GlobalOptions.Parse(["--log", value, "list"])).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("--systemd-cgroup", CgroupManager.Systemd)]
    [InlineData("--cgroup-manager=systemd", CgroupManager.Systemd)]
    [InlineData("--cgroup-manager=cgroupfs", CgroupManager.Files)]
    [InlineData("--cgroup-manager=disabled", CgroupManager.Disabled)]
    [InlineData("--debug", CgroupManager.Files)]
    internal void Who_keeps_the_control_groups_is_said_as_runc_and_crun_say_it(string option, CgroupManager manager) =>
        Assert.Equal(manager, GlobalOptions.Parse([option, "list"]).Options.CgroupManager);

    [Theory]
    [InlineData("auto", null)]
    [InlineData("true", true)]
    [InlineData("0", false)]
    public void Rootless_may_be_left_to_the_runtime(string value, bool? rootless) =>
        Assert.Equal(rootless, GlobalOptions.Parse(["--rootless", value, "list"]).Options.Rootless);

    [Theory]
    [InlineData("--root=/")]
    [InlineData("--log-format=xml")]
    [InlineData("--rootless=perhaps")]
    [InlineData("--cgroup-manager=upstart")]
    public void Global_options_must_make_sense(string option) =>
        Assert.Throws<UsageException>(() => GlobalOptions.Parse([option, "list"]));

    [Fact]
    public void Options_of_exec_end_at_the_id()
    {
        var options = ExecOptions.Parse(["-e", "A=1", "--cwd", "/w", "id", "ls", "-l", "--cwd"]);
        Assert.Equal("id", options.Id);
        var process = options.Merge(new Oci.Runtime.ProcessConfig { Cwd = "/", Env = ["B=2"] });
        Assert.Equal(["ls", "-l", "--cwd"], process.Args);
        Assert.Equal(["B=2", "A=1"], process.Env);
        Assert.Equal("/w", process.Cwd);
    }

    [Theory]
    [InlineData("--unknown")]
    [InlineData("--bundle")]
    [InlineData("--console-socket=x")]
    [InlineData("id", "more")]
    [InlineData]
    public void What_cannot_be_understood_is_said(params string[] arguments) =>
        Assert.Throws<UsageException>(() => CreateOptions.Parse(arguments, isRun: false));

    [Theory]
    [InlineData("--bundle", "b", "id")]
    [InlineData("-b", "b", "id")]
    [InlineData("-bundle=b", "id")]
    [InlineData("id", "--bundle", "b")]
    [InlineData("id", "-b=b")]
    [InlineData("--bundle=a", "--bundle=b", "--", "id")]
    public void Options_are_written_as_for_any_program_in_Go(params string[] arguments)
    {
        var options = CreateOptions.Parse(arguments, isRun: false);
        Assert.Equal(("b", "id"), (options.Bundle, options.Id));
    }

    [Theory]
    [InlineData("--detach", true)]
    [InlineData("--detach=true", true)]
    [InlineData("-d=0", false)]
    public void Flags_may_be_given_as_false(string flag, bool detach) =>
        Assert.Equal(detach, CreateOptions.Parse([flag, "id"], isRun: true).Detach);

    [Theory]
    [InlineData("flag provided but not defined: -nope", "--nope", "id")]
    [InlineData("flag needs an argument: -bundle", "--bundle")]
    [InlineData("invalid value \"x\" for flag -preserve-fds: parse error", "--preserve-fds", "x", "id")]
    [InlineData("invalid boolean value \"x\" for -no-new-keyring: parse error", "--no-new-keyring=x", "id")]
    [InlineData("paas-runtime: \"create\" requires exactly 1 argument(s)")]
    [InlineData("paas-runtime: \"create\" requires exactly 1 argument(s)", "id", "--nope")]
    public void What_is_wrong_is_said_in_runcs_words(string message, params string[] arguments) =>
        Assert.Equal(message, Assert.Throws<UsageException>(() => CreateOptions.Parse(arguments, isRun: false)).Message);

    [Fact]
    public void Only_run_detaches()
    {
        Assert.True(CreateOptions.Parse(["-d", "id"], isRun: true).Detach);
        Assert.Throws<UsageException>(() => CreateOptions.Parse(["-d", "id"], isRun: false));
    }
}
