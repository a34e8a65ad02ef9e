using Paas.Launch.Processes;

namespace Paas.Launcher.Tests;

/// <summary>What the launcher makes of an image's layers (buildpack spec, "Phase #5: Launch").</summary>
public sealed class LauncherTests
{
    private static LaunchProcess Shell(string type, string line) => new(type, ["/bin/sh", "-c", line], []);

    [Fact]
    public void A_process_gets_the_environment_of_all_layers_in_their_order_and_its_own()
    {
        using var image = new Image(Shell("web", "env"), Shell("worker", "env"));
        image.Write("layers/one_a/runtime/bin/tool", "", executable: true);
        image.Write("layers/one_a/runtime/lib/libx.so", "");
        image.Write("layers/one_a/runtime/env/MODE", "first");
        image.Write("layers/one_a/runtime/env.launch/KEEP.default", "layer");
        image.Write("layers/one_a/runtime/env.build/NOT", "seen");
        image.Write("layers/two_b/modules/env.launch/MODE.append", "second");
        image.Write("layers/two_b/modules/env.launch/MODE.delim", "+");
        image.Write("layers/two_b/modules/env.launch/worker/THREADS.override", "4");
        image.Write("layers/two_b/modules/bin/other", "");
        image.Write("layers/unknown_c/x/env/NO", "buildpack of the group");
        image.Environment["KEEP"] = "caller";
        var (status, output, _) = image.Start("web");
        Assert.Equal(0, status);
        var env = output.Split('\n');
        Assert.Contains($"PATH={image.Layers}/two_b/modules/bin:{image.Layers}/one_a/runtime/bin:/usr/bin:/bin", env);
        Assert.Contains($"LD_LIBRARY_PATH={image.Layers}/one_a/runtime/lib", env);
        Assert.Contains("MODE=first+second", env);
        Assert.Contains("KEEP=caller", env);
        Assert.DoesNotContain(env, pair => pair.StartsWith("NOT=", StringComparison.Ordinal) || pair.StartsWith("NO=", StringComparison.Ordinal));
        Assert.DoesNotContain(env, pair => pair.StartsWith("THREADS", StringComparison.Ordinal) || pair.StartsWith("CNB_", StringComparison.Ordinal));
        Assert.Contains("THREADS=4", image.Start("worker").Output.Split('\n'));
        Assert.Contains("MODE=first+second", image.Launch("--", "env").Output.Split('\n'));
    }

    [Fact]
    public void Programs_of_exec_d_add_variables_and_see_those_before()
    {
        using var image = new Image(Shell("web", "echo $ONE $TWO $SECOND; pwd"), Shell("worker", "echo $TWO"));
        image.Write("layers/one_a/x/exec.d/1", "#!/bin/sh\necho 'ONE = \"1\"' >&3\necho \"TWO = '''$BASE 2'''\" >&3\n", executable: true);
        image.Write("layers/one_a/x/env/BASE", "base");
        image.Write("layers/one_a/x/exec.d/web/1", "#!/bin/sh\necho \"SECOND = '$ONE in $PWD'\" >&3\n", executable: true);
        Assert.Equal($"1 base 2 1 in {image.App}\n{image.App}\n", image.Start("web").Output);
        Assert.Equal("base 2\n", image.Start("worker").Output);
    }

    [Theory]
    [InlineData("#!/bin/sh\nexit 3\n", "exit status 3")]
    [InlineData("#!/bin/sh\necho 'A = 1' >&3\n", "must be a string")]
    [InlineData("#!/bin/sh\necho '= 1' >&3\n", "line 1")]
    [InlineData("#!/nowhere\n", "cannot be run")]
    public void A_program_of_exec_d_that_fails_ends_the_launch(string program, string why)
    {
        using var image = new Image(Shell("web", "echo started"));
        image.Write("layers/one_a/x/exec.d/p", program, executable: true);
        var (status, output, errors) = image.Start("web");
        Assert.Equal((82, ""), (status, output));
        Assert.Contains(why, errors, StringComparison.Ordinal);
    }

    [Fact]
    public void Profile_scripts_are_sourced_the_app_s_last()
    {
        using var image = new Image(Shell("web", "echo $TRACE $# $0"), new LaunchProcess("exact", ["printf", "%s|"], ["a b", "$TRACE", ""]));
        image.Write("layers/one_a/x/profile.d/b.sh", "export TRACE=\"$TRACE b\"");
        image.Write("layers/one_a/x/profile.d/a.sh", "export TRACE=a");
        image.Write("layers/two_b/y/profile.d/web/z.sh", "export TRACE=\"$TRACE web\"");
        image.Write("app/.profile", "export TRACE=\"$TRACE app\"");
        Assert.Equal("a b web app 0 /bin/sh\n", image.Start("web").Output);
        // Words stay words behind a shell.
        Assert.Equal("a b|$TRACE||", image.Start("exact").Output);
        Assert.Equal("a b app\n", image.Launch("echo $TRACE").Output);
        Assert.Equal("a b app", image.Launch("--", "printenv", "TRACE").Output.TrimEnd());
    }

    [Fact]
    public void Arguments_replace_those_of_a_process_and_follow_its_command()
    {
        using var image = new Image(
            new LaunchProcess("web", ["echo", "always"], ["by", "default"]),
            new LaunchProcess("line", ["echo \"line $HOMEX\""], []) { Direct = false },
            new LaunchProcess("there", ["pwd"], []) { WorkingDirectory = "sub dir" });
        image.Write("app/sub dir/x", "");
        image.Environment["HOMEX"] = "x";
        Assert.Equal("always by default\n", image.Start("web").Output);
        Assert.Equal("always mine\n", image.Start("web", "mine").Output);
        Assert.Equal("line x\n", image.Start("line").Output);
        Assert.Equal("line x a b\n", image.Start("line", "a b").Output);
        Assert.Equal($"{image.App}/sub dir\n", image.Start("there").Output);
        Assert.Equal("x a $b\n", image.Launch("echo $HOMEX", "a", "$b").Output);
    }

    [Fact]
    public void What_cannot_be_launched_says_why()
    {
        using var image = new Image(Shell("web", "true"), new LaunchProcess("gone", ["not-here"], []), new LaunchProcess("text", ["./app.txt"], []));
        Assert.Equal((127, "launcher: there is no program not-here\n"), (image.Start("gone").Status, image.Start("gone").Errors));
        Assert.Equal((126, "launcher: ./app.txt cannot be executed: permission denied\n"), (image.Start("text").Status, image.Start("text").Errors));
        Assert.Equal((82, "launcher: there is nothing to run; this image has the process types web, gone, text\n"), (image.Launch().Status, image.Launch().Errors));
        image.Environment["CNB_PROCESS_TYPE"] = "other";
        Assert.Equal("launcher: there is no process type other; this image has web, gone, text\n", image.Launch().Errors);
    }

    [Fact]
    public void A_launched_program_starts_as_if_nothing_had_been_before_it()
    {
        const string Look = "grep -E 'Sig(Ign|Blk)' /proc/self/status; ls /proc/self/fd | wc -l; ulimit -n; exit 7";
        using var image = new Image(Shell("web", Look));
        var (status, output, errors) = image.Start("web");
        Assert.Equal((7, ""), (status, errors));
        // The one difference: .NET ignores SIGPIPE, and so does what these tests start.
        Assert.Equal(image.Run("/bin/sh", ["-c", Look]).Output.Replace("0000000000001000", "0000000000000000", StringComparison.Ordinal), output);
        Assert.StartsWith("SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n", output, StringComparison.Ordinal);
    }
}
