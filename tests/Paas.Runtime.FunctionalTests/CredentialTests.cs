using System.Text.Json.Nodes;
using Paas.Testing;
using Xunit;

namespace Paas.Runtime.FunctionalTests;

/// <summary>Who the process is and what it may do (config.md, <c>user</c>, <c>capabilities</c>).</summary>
public sealed class CredentialTests
{
    private const string ShowCapabilities = "grep ^Cap /proc/self/status | tr -d '\\t' | tr '\\n' ' '";
    private static readonly string[] Sets = ["bounding", "effective", "permitted", "inheritable", "ambient"];

    [RootFact]
    public void Roots_five_sets_are_those_asked_for()
    {
        using var container = new TestContainer().Script(ShowCapabilities);
        container.Process["noNewPrivileges"] = false;
        // Chown is 0, kill 5, setgid 6; a program root executes gets all of the bounding set.
        Set(container, ["CAP_CHOWN", "CAP_KILL", "CAP_SETGID"], ["CAP_CHOWN"], ["CAP_CHOWN", "CAP_KILL"], ["CAP_KILL"], []);
        Assert.Equal(Shown(0x20, 0x61, 0x61, 0x61, 0), container.Run().ShouldSucceed().Output.Trim());
    }

    [RootFact]
    public void Another_user_has_the_ambient_ones_only()
    {
        using var container = new TestContainer().Script(ShowCapabilities);
        container.Process["user"] = new JsonObject { ["uid"] = 1000, ["gid"] = 1000 };
        string[] both = ["CAP_CHOWN", "CAP_KILL"];
        Set(container, both, both, both, ["CAP_KILL"], ["CAP_KILL"]);
        Assert.Equal(Shown(0x20, 0x20, 0x20, 0x21, 0x20), container.Run().ShouldSucceed().Output.Trim());
    }

    [OwnRootFact]
    public void An_ambient_one_that_cannot_be_had_is_told()
    {
        using var container = new TestContainer().Script(ShowCapabilities);
        string[] both = ["CAP_CHOWN", "CAP_KILL"];
        Set(container, both, both, both, ["CAP_KILL"], both);
        var outcome = container.Run().ShouldSucceed();
        Assert.EndsWith(" CapAmb:0000000000000020", outcome.Output.Trim());
        Assert.Contains("level=warning msg=\"can't raise ambient capability CAP_CHOWN: ", outcome.Error);
        Assert.DoesNotContain("CAP_KILL", outcome.Error);
    }

    [OwnRootFact]
    public void A_program_that_only_a_capability_lets_execute_is_executed()
    {
        using var container = new TestContainer();
        var program = Path.Combine(container.Rootfs, "home/busybox");
        File.Copy("/usr/bin/busybox", program);
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        container.Process["args"] = new JsonArray("/home/busybox", "true");
        container.Process["user"] = new JsonObject { ["uid"] = 1000, ["gid"] = 1000 };
        Assert.Contains("permission denied", container.Run().Error);
        string[] one = ["CAP_DAC_OVERRIDE"];
        Set(container, one, one, one, one, one);
        container.Run().ShouldSucceed();
    }

    [OwnRootTheory]
    [InlineData(false)]
    [InlineData(true)]
    public void Groups_of_the_caller_are_kept_where_an_annotation_asks_for_it(bool kept)
    {
        using var container = new TestContainer().Script("grep ^Groups: /proc/self/status | cut -f2");
        container.Process["user"] = new JsonObject { ["uid"] = 1000, ["gid"] = 1000 };
        if (kept) container.Config["annotations"] = new JsonObject { ["run.oci.keep_original_groups"] = "1" };
        container.WriteConfig();
        var outcome = RuntimeUnderTest.Execute(
            "setpriv", "--groups", "4321,5432", RuntimeUnderTest.Program, "--root", container.Root, "run", "--bundle", container.Bundle, container.Id);
        Assert.Equal(kept ? "4321 5432" : "", outcome.ShouldSucceed().Output.Trim());
    }

    [RootFact]
    public void Without_any_root_has_none()
    {
        using var container = new TestContainer().Script(ShowCapabilities);
        Set(container, [], [], [], [], []);
        Assert.Equal(Shown(0, 0, 0, 0, 0), container.Run().ShouldSucceed().Output.Trim());
    }

    [RootFact]
    public void A_name_the_kernel_does_not_know_is_left_out()
    {
        using var container = new TestContainer().Script(ShowCapabilities);
        string[] names = ["CAP_KILL", "CAP_NO_SUCH"];
        Set(container, names, names, names, [], []);
        Assert.Equal(Shown(0, 0x20, 0x20, 0x20, 0), container.Run().ShouldSucceed().Output.Trim());
    }

    [RootFact]
    public void Groups_and_umask()
    {
        using var container = new TestContainer().Script("id -u; id -g; id -G; umask");
        container.Process["user"] = new JsonObject { ["uid"] = 1000, ["gid"] = 1001, ["umask"] = 63, ["additionalGids"] = new JsonArray(5, 2000) };
        Assert.Equal("1000\n1001\n1001 5 2000\n0077\n", container.Run().ShouldSucceed().Output);
        container.Process["user"] = new JsonObject { ["uid"] = 0, ["gid"] = 0 };
        Assert.Equal("0\n0\n0\n0022\n", container.Run().ShouldSucceed().Output);
    }

    [RootFact]
    public void No_new_privileges_is_as_asked()
    {
        foreach (var wanted in (bool[])[true, false])
        {
            using var container = new TestContainer().Script("grep NoNewPrivs /proc/self/status");
            container.Process["noNewPrivileges"] = wanted;
            Assert.Equal($"NoNewPrivs:\t{(wanted ? 1 : 0)}\n", container.Run().ShouldSucceed().Output);
        }
    }

    [RootFact]
    public void Exec_takes_a_user_with_and_without_group_and_further_groups()
    {
        using var container = Running();
        Assert.Equal("5\n0\n0\n", Exec(container, ["--user", "5"]).ShouldSucceed().Output);
        Assert.Equal("5\n6\n6\n", Exec(container, ["--user", "5:6"]).ShouldSucceed().Output);
        Assert.Equal("5\n6\n6 7 8\n", Exec(container, ["--user", "5:6", "--additional-gids", "7", "--additional-gids", "8"]).ShouldSucceed().Output);
    }

    [RootTheory]
    [InlineData("name", "uid", "name")]
    [InlineData("5:name", "gid", "name")]
    [InlineData("1:2:3", "gid", "2:3")]
    [InlineData(":", "gid", "")]
    public void Exec_refuses_a_user_that_is_no_number(string user, string kind, string bad)
    {
        using var container = Running();
        var outcome = Exec(container, ["--user", user]);
        Assert.Equal(255, outcome.ExitCode);
        var error = outcome.Error.Replace("\\\"", "\"");
        Assert.Contains($"strconv.Atoi: parsing \"{bad}\": invalid syntax", error);
        // Older releases have other words before it.
        Assert.Contains(RuntimeUnderTest.IsOurs ? $"bad {kind}: " : kind, error);
    }

    [RootFact]
    public void Exec_adds_capabilities_but_never_to_the_inheritable_set()
    {
        using var container = Running();
        var outcome = RuntimeUnderTest.Run(container.Root, "exec", "--cap", "CAP_FOWNER", "--cap", "CAP_FSETID", container.Id, "sh", "-c", ShowCapabilities);
        Assert.Equal(Shown(0, 0xF9, 0xF9, 0xF9, 0), outcome.ShouldSucceed().Output.Trim());
    }

    [RootFact]
    public void Exec_has_the_containers_capabilities_else()
    {
        using var container = Running();
        var outcome = RuntimeUnderTest.Run(container.Root, "exec", container.Id, "sh", "-c", ShowCapabilities);
        Assert.Equal(Shown(0, 0xE1, 0xE1, 0xE1, 0), outcome.ShouldSucceed().Output.Trim());
    }

    [RootFact]
    public void Exec_with_no_new_privs_sets_it()
    {
        using var container = new TestContainer().Script("sleep 1000");
        container.Process["noNewPrivileges"] = false;
        container.RunDetached().ShouldSucceed();
        string[] show = [container.Id, "grep", "NoNewPrivs", "/proc/self/status"];
        Assert.Equal("NoNewPrivs:\t0\n", RuntimeUnderTest.Run(container.Root, ["exec", .. show]).ShouldSucceed().Output);
        Assert.Equal("NoNewPrivs:\t1\n", RuntimeUnderTest.Run(container.Root, ["exec", "--no-new-privs", .. show]).ShouldSucceed().Output);
    }

    private static Outcome Exec(TestContainer container, string[] options) =>
        RuntimeUnderTest.Run(container.Root, ["exec", .. options, container.Id, "sh", "-c", "id -u; id -g; id -G"]);

    private static TestContainer Running()
    {
        var container = new TestContainer().Script("sleep 1000");
        container.RunDetached().ShouldSucceed();
        return container;
    }

    private static void Set(TestContainer container, params string[][] sets)
    {
        var capabilities = new JsonObject();
        for (var i = 0; i < Sets.Length; i++) capabilities[Sets[i]] = new JsonArray([.. sets[i].Select(name => JsonValue.Create(name))]);
        container.Process["capabilities"] = capabilities;
    }

    private static string Shown(ulong inheritable, ulong permitted, ulong effective, ulong bounding, ulong ambient) =>
        $"CapInh:{inheritable:x16} CapPrm:{permitted:x16} CapEff:{effective:x16} CapBnd:{bounding:x16} CapAmb:{ambient:x16}";
}
