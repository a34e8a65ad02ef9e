namespace Paas.Runtime.ClientTests.Docker;

/// <summary><c>docker run</c>: what a container shares with the host or another container, and what it may do.</summary>
[Collection(DockerCollection.Name)]
public sealed class DockerIsolationTests(DockerEngine engine)
{
    /// <summary>CAP_SYS_RESOURCE (capability.h), which a container of a machine's may itself be without.</summary>
    private const int SysResource = 24;

    /// <summary>The capabilities up to CAP_AUDIT_READ: those of docker.io 20.10.</summary>
    private const ulong KnownToTheEngine = (1UL << 38) - 1;

    [EngineFact("dockerd")]
    public async Task Networks()
    {
        Assert.Equal(["lo"], await InterfacesAsync("none"));
        Assert.Contains("docker0", await InterfacesAsync("host"));
        Assert.Equal(["lo", "eth0"], await InterfacesAsync("bridge"));
        var first = await engine.StartAsync(["--ipc", "shareable"], "nc", "-l", "-p", "80", "-e", "echo", "served");
        var address = await engine.InspectAsync(first, "{{.NetworkSettings.IPAddress}}");
        Assert.Equal("served\n", (await engine.RunAsync([], "nc", address, "80")).Succeeded().Stdout);
        await engine.DockerAsync("rm", "--force", first);

        async Task<string[]> InterfacesAsync(string network)
        {
            var result = await engine.RunAsync(["--network", network], "sh", "-c", "ip -o -4 addr | tr -s ' ' | cut -d' ' -f2");
            return result.Succeeded().Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        }
    }

    [EngineFact("dockerd")]
    public async Task Namespaces_of_another_container()
    {
        var first = await engine.StartAsync(["--ipc", "shareable", "--hostname", "first"], "sleep", "1000");
        var result = await engine.RunAsync(
            ["--network", $"container:{first}", "--pid", $"container:{first}", "--ipc", $"container:{first}"], "sh", "-c", "hostname; ps -o args; ip -o -4 addr | wc -l");
        Assert.Matches(@"^first\n(.*\n)*sleep 1000\n(.*\n)*2\n$", result.Succeeded().Stdout);
        await engine.DockerAsync("rm", "--force", first);
    }

    [EngineFact("dockerd")]
    public async Task Namespaces_of_the_host_and_a_cgroup_namespace()
    {
        var host = (await engine.Host.RunAsync("readlink", "/proc/self/ns/pid", "/proc/self/ns/uts", "/proc/self/ns/ipc")).Succeeded().Stdout;
        var result = await engine.RunAsync(["--pid", "host", "--uts", "host", "--ipc", "host"], "stat", "-c", "%N", "/proc/self/ns/pid", "/proc/self/ns/uts", "/proc/self/ns/ipc");
        foreach (var name in host.Split('\n', StringSplitOptions.RemoveEmptyEntries)) Assert.Contains(name, result.Succeeded().Stdout, StringComparison.Ordinal);

        var groups = await engine.RunAsync(["--cgroupns", "private"], "sh", "-c", "cut -d: -f3 /proc/self/cgroup | grep -v '^/$'");
        Assert.Equal("", groups.Stdout);
    }

    [EngineFact("dockerd")]
    public async Task Seccomp_and_no_new_privileges()
    {
        const string script = "grep -E 'Seccomp:|NoNewPrivs' /proc/self/status; unshare -U true && echo unshared";
        var standard = await engine.RunAsync([], "sh", "-c", script);
        Assert.Equal("NoNewPrivs:\t0\nSeccomp:\t2\n", standard.Stdout);
        Assert.Contains("Operation not permitted", standard.Stderr, StringComparison.Ordinal);
        var bare = await engine.RunAsync(["--security-opt", "seccomp=unconfined", "--security-opt", "no-new-privileges"], "sh", "-c", script);
        Assert.Equal("NoNewPrivs:\t1\nSeccomp:\t0\nunshared\n", bare.Stdout);
    }

    [EngineFact("dockerd")]
    public async Task A_profile_of_the_users()
    {
        await engine.Host.WriteAsync("/run/profile.json", """
            {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 28}]}
            """);
        var result = await engine.RunAsync(["--security-opt", "seccomp=/run/profile.json"], "mkdir", "/tmp/directory");
        Assert.Contains("No space left on device", result.Stderr, StringComparison.Ordinal);
    }

    [EngineFact("dockerd")]
    public async Task Host_paths_are_hidden_or_read_only()
    {
        var result = await engine.RunAsync([], "sh", "-c", """
            try() { sh -c "$1" >/dev/null 2>&1 && echo "$1"; }
            try 'test -n "$(head -c 1 /proc/kcore)"'
            try 'test -n "$(ls -A /proc/acpi /sys/firmware | grep -v :)"'
            try 'echo 1 >/proc/sys/kernel/panic'
            try 'echo h >/proc/sysrq-trigger'
            try 'mkdir /sys/fs/cgroup/group || mkdir /sys/fs/cgroup/pids/group'
            try 'mount -t tmpfs none /tmp'
            true
            """);
        Assert.Equal("", result.Succeeded().Output);
    }

    [EngineFact("dockerd")]
    public async Task A_privileged_container()
    {
        var result = await engine.RunAsync(["--privileged"], "sh", "-c", "grep -E 'CapEff|Seccomp:' /proc/self/status; mount -t tmpfs x /tmp && echo mounted; test -c /dev/kmsg && echo devices; touch /proc/sys/kernel/panic && echo writable");
        var ours = await EffectiveCapabilitiesAsync();
        if (!RuntimeUnderTest.IsOurs && (ours >> SysResource & 1) == 0)
        {
            // runc fails where the machine itself lacks a capability; the specification asks for a warning instead (config.md, capabilities).
            Assert.Contains("unable to apply caps: operation not permitted", result.Stderr, StringComparison.Ordinal);
            return;
        }

        Assert.EndsWith("\nSeccomp:\t0\nmounted\ndevices\nwritable\n", result.Succeeded().Stdout, StringComparison.Ordinal);
        // All that there are here, but for those the engine does not know yet.
        var theirs = Convert.ToUInt64(result.Stdout.Split('\t', '\n')[1], 16);
        Assert.Equal(ours & KnownToTheEngine, theirs & KnownToTheEngine);
        Assert.Equal(0UL, theirs & ~ours);
    }

    private async Task<ulong> EffectiveCapabilitiesAsync()
    {
        var line = (await engine.Host.RunAsync("grep", "CapEff", "/proc/self/status")).Succeeded().Stdout;
        return Convert.ToUInt64(line.Split('\t')[1].Trim(), 16);
    }
}
