using System.Text.Json.Nodes;
using Paas.Testing;
using Xunit;

namespace Paas.Runtime.FunctionalTests;

/// <summary>
/// The runtime as a user who is not root, with the bundle its own <c>spec --rootless</c> writes. The user exists for the kernel only,
/// but where the maps of newuidmap(1) are wanted: for that it stands in a database that only the test's mount namespace has.
/// </summary>
public sealed class RootlessTests : IDisposable
{
    private const uint User = 54_321;
    private readonly TemporaryDirectory _directory = new();
    private readonly string _program;

    public RootlessTests()
    {
        // Of the program as it was built, others than root may not even see the directory.
        _program = _directory.Combine(Path.GetFileName(RuntimeUnderTest.Program));
        File.Copy(RuntimeUnderTest.Program, _program);
        File.SetUnixFileMode(_program, (UnixFileMode)0x1ED);
        TestContainer.MakeRootfs(_directory.Combine("bundle", "rootfs"));
        Directory.CreateDirectory(_directory.Combine("run"));
        RuntimeUnderTest.Execute("/bin/chown", "-R", $"{User}:{User}", _directory.Combine("bundle"), _directory.Combine("run")).ShouldSucceed();
        File.SetUnixFileMode(_directory.Path, (UnixFileMode)0x1ED);
        File.SetUnixFileMode(_directory.Combine("run"), (UnixFileMode)0x1C0);
    }

    public void Dispose()
    {
        Runtime("delete", "--force", "one");
        _directory.Dispose();
    }

    [RootFact]
    public void Its_own_specification_runs_as_the_callers_own_id()
    {
        WriteConfig("id -u; cat /proc/self/uid_map | tr -s ' '; cat /proc/self/setgroups; touch /tmp/mine; stat -c %u /tmp/mine");
        Assert.Equal($"0\n 0 {User} 1\ndeny\n0\n", Runtime("run", "--bundle", _directory.Combine("bundle"), "one").ShouldSucceed().Output);
        Assert.Equal(User, Linux.Files.Status(_directory.Combine("bundle", "rootfs", "tmp", "mine")).Uid);
    }

    [RootFact]
    public void The_state_is_in_the_users_own_directory_and_the_verbs_find_it()
    {
        WriteConfig("sleep 1000");
        Detached("create").ShouldSucceed();
        Assert.NotEmpty(Directory.GetFiles(_directory.Combine("run"), "state.json", SearchOption.AllDirectories));
        Assert.Equal("created", Status);
        Runtime("start", "one").ShouldSucceed();
        Assert.Equal("running", Status);
        Runtime("kill", "one", "KILL").ShouldSucceed();
        TestContainer.Eventually(() => Status == "stopped", "stopped");
        Runtime("delete", "one").ShouldSucceed();
        Assert.Empty(Directory.GetFiles(_directory.Combine("run"), "state.json", SearchOption.AllDirectories));
    }

    [RootFact]
    public void A_further_process_is_in_the_same_namespaces()
    {
        WriteConfig("echo first > /tmp/said; sleep 1000");
        Detached("run --detach").ShouldSucceed();
        TestContainer.Eventually(() => File.Exists(_directory.Combine("bundle", "rootfs", "tmp", "said")), "the first process has begun");
        var outcome = Runtime("exec", "one", "sh", "-c", "id -u; cat /tmp/said; cat /proc/sys/kernel/hostname; for n in pid ipc uts mnt user; do test /proc/1/ns/$n -ef /proc/self/ns/$n || echo other $n; done; exit 9");
        Assert.Equal((9, $"0\nfirst\n{Path.GetFileNameWithoutExtension(_program)}\n"), (outcome.ExitCode, outcome.Output));
        Assert.NotEqual(0, Runtime("exec", "one", "/no/such/program").ExitCode);
    }

    [RootFact]
    public void The_exit_code_is_the_programs_and_failures_are_the_runtimes()
    {
        WriteConfig("exit 42");
        Assert.Equal(42, Runtime("run", "--bundle", _directory.Combine("bundle"), "one").ExitCode);
        WriteConfig("true", config => config["process"]!["args"] = new JsonArray("/no/such/program"));
        var outcome = Runtime("run", "--bundle", _directory.Combine("bundle"), "one");
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("/no/such/program", outcome.Error);
    }

    [RootFact]
    public void Control_groups_cannot_be_written()
    {
        WriteConfig("for f in $(find /sys/fs/cgroup -name cgroup.procs -o -name release_agent); do (echo 1 > $f) 2>/dev/null && echo wrote $f; done; echo done", config =>
            ((JsonArray)config["linux"]!["namespaces"]!).Add(new JsonObject { ["type"] = "cgroup" }));
        File.CreateSymbolicLink(_directory.Combine("bundle", "rootfs", "bin", "find"), "busybox");
        Assert.Equal("done\n", Runtime("run", "--bundle", _directory.Combine("bundle"), "one").ShouldSucceed().Output);
    }

    [OwnRootFact]
    public void Listening_sockets_reach_the_process_although_the_verb_is_run_anew()
    {
        WriteConfig("cat <&3; echo $LISTEN_FDS $LISTEN_PID");
        var three = _directory.Combine("run", "three");
        var outcome = AsUser("", $"echo given > '{three}'; exec 3<'{three}'; LISTEN_FDS=1 LISTEN_PID=$$ exec '{_program}' run --bundle '{_directory.Combine("bundle")}' one");
        Assert.Equal("given\n1 1\n", outcome.ShouldSucceed().Output);
    }

    [RootFact]
    public void Without_a_user_namespace_it_is_refused()
    {
        WriteConfig("true", config =>
        {
            config["linux"]!["namespaces"] = new JsonArray(new JsonObject { ["type"] = "mount" }, new JsonObject { ["type"] = "pid" });
            config.Remove("hostname");
            ((JsonObject)config["linux"]!).Remove("uidMappings");
            ((JsonObject)config["linux"]!).Remove("gidMappings");
        });
        var outcome = Runtime("run", "--bundle", _directory.Combine("bundle"), "one");
        Assert.Equal(1, outcome.ExitCode);
        if (RuntimeUnderTest.IsOurs) Assert.Contains("rootless container requires user namespaces", outcome.Error);
    }

    [RootFact]
    public void Subordinate_ids_are_mapped_as_far_as_the_user_has_them()
    {
        WriteConfig("cat /proc/self/uid_map | tr -s ' '; chown 1000:1000 /tmp/theirs && stat -c %u /tmp/theirs", config =>
        {
            foreach (var kind in (string[])["uidMappings", "gidMappings"])
            {
                config["linux"]![kind] = new JsonArray(
                    new JsonObject { ["containerID"] = 0, ["hostID"] = User, ["size"] = 1 },
                    new JsonObject { ["containerID"] = 1, ["hostID"] = 700_000, ["size"] = 2000 });
            }

            foreach (var set in (string[])["bounding", "effective", "permitted"]) ((JsonArray)config["process"]!["capabilities"]![set]!).Add("CAP_CHOWN");
        });
        File.WriteAllText(_directory.Combine("bundle", "rootfs", "tmp", "theirs"), "");
        Linux.Files.ChangeOwner(_directory.Combine("bundle", "rootfs", "tmp", "theirs"), User, User);
        var outcome = WithDatabase("700000:2000");
        Assert.Equal($" 0 {User} 1\n 1 700000 2000\n1000\n", outcome.ShouldSucceed().Output);
        Assert.Equal(700_999u, Linux.Files.Status(_directory.Combine("bundle", "rootfs", "tmp", "theirs")).Uid);
        Assert.NotEqual(0, WithDatabase("900000:2000").ExitCode);
    }

    private void WriteConfig(string script, Action<JsonObject>? change = null)
    {
        var bundle = _directory.Combine("bundle");
        File.Delete(Path.Combine(bundle, "config.json"));
        AsUser("", $"'{_program}' spec --rootless --bundle '{bundle}'").ShouldSucceed();
        var path = Path.Combine(bundle, "config.json");
        var config = (JsonObject)JsonNode.Parse(File.ReadAllText(path))!;
        config["process"]!["terminal"] = false;
        config["process"]!["args"] = new JsonArray("sh", "-c", script);
        config["root"]!["readonly"] = false;
        change?.Invoke(config);
        File.WriteAllText(path, config.ToJsonString());
    }

    private string Status => (string)JsonNode.Parse(Runtime("state", "one").ShouldSucceed().Output)!["status"]!;

    private Outcome Runtime(params string[] arguments) =>
        AsUser("", $"'{_program}' {string.Join(' ', arguments.Select(argument => $"'{argument}'"))}");

    private Outcome Detached(string verb) => AsUser("", $"'{_program}' {verb} --bundle '{_directory.Combine("bundle")}' one > '{_directory.Combine("run")}/output' 2>&1 < /dev/null");

    // With a user database in which the user exists and has these ids besides its own.
    private Outcome WithDatabase(string ids)
    {
        File.WriteAllText(_directory.Combine("passwd"), $"root:x:0:0:root:/root:/bin/sh\ntester:x:{User}:{User}::/:/bin/sh\n");
        File.WriteAllText(_directory.Combine("group"), $"root:x:0:\ntester:x:{User}:\n");
        File.WriteAllText(_directory.Combine("sub"), $"tester:{ids}\n");
        var mounts = new[] { ("passwd", "passwd"), ("group", "group"), ("sub", "subuid"), ("sub", "subgid") }
            .Select(pair => $"touch /etc/{pair.Item2}; mount --bind '{_directory.Combine(pair.Item1)}' /etc/{pair.Item2}; ");
        return AsUser(string.Concat(mounts), $"'{_program}' run --bundle '{_directory.Combine("bundle")}' one");
    }

    private Outcome AsUser(string before, string command) => RuntimeUnderTest.Execute(
        "/usr/bin/unshare", "--mount", "--propagation", "private", "/bin/sh", "-c",
        $"{before}cd /; XDG_RUNTIME_DIR='{_directory.Combine("run")}' exec setpriv --reuid {User} --regid {User} --clear-groups /bin/sh -c \"$1\"", "sh", command);
}
