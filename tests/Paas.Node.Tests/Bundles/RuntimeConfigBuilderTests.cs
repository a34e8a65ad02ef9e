using Paas.Node.Bundles;
using Paas.Oci;
using Paas.Oci.Images;
using Paas.Oci.Runtime;

namespace Paas.Node.Tests.Bundles;

public sealed class RuntimeConfigBuilderTests
{
    private static readonly ContainerConfig Config = new()
    {
        Id = "web-1",
        App = "hello",
        Name = "web.1",
        Image = Digest.Parse("sha256:" + new string('a', 64)),
    };

    private static readonly BundleFacts Facts = new(
        new ExecutionConfig
        {
            Entrypoint = ["/usr/bin/tini", "--"],
            Cmd = ["/bin/sh"],
            Env = ["PATH=/image/bin", "GREETING=image", "BROKEN"],
            WorkingDir = "/workspace",
        },
        new ContainerUser(1000, 1000, [44], "/workspace"),
        UserBase: 0x7000_0000,
        CgroupsPath: "/paas/apps/web-1",
        EtcDirectory: "/data/containers/web-1/etc",
        HostName: "web-1",
        new HostLimits(OpenFiles: 1_048_576, OomScoreAdjust: 0, UnifiedCgroups: true));

    [Fact]
    public void The_command_follows_the_entrypoint()
    {
        Assert.Equal(["/usr/bin/tini", "--", "/bin/sh"], Build(Config).Process!.Args!);
        Assert.Equal(["/usr/bin/tini", "--", "node", "x.js"], Build(Config with { Args = ["node", "x.js"] }).Process!.Args!);
    }

    [Fact]
    public void A_command_goes_through_the_launcher_that_an_image_has()
    {
        var facts = Facts with { Image = new ExecutionConfig { Entrypoint = ["/cnb/process/web"] } };
        IReadOnlyList<string>? Args(ContainerConfig config) => RuntimeConfigBuilder.Build(config, facts).Process!.Args;
        Assert.Equal(["/cnb/process/web"], Args(Config)!);
        Assert.Equal(["/cnb/lifecycle/launcher", "--", "node", "x.js"], Args(Config with { Args = ["node", "x.js"] })!);
        Assert.Equal(["/cnb/process/worker"], Args(Config with { Args = ["/bin/bash", "-c", "work"], ProcessType = "worker" })!);
        // Any other image knows nothing of process types.
        Assert.Equal(["/usr/bin/tini", "--", "work"], Build(Config with { Args = ["work"], ProcessType = "worker" }).Process!.Args!);
    }

    [Fact]
    public void The_environment_is_the_images_and_then_the_containers()
    {
        var env = Build(Config with { Env = new Dictionary<string, string> { ["GREETING"] = "mine", ["PORT"] = "5000" } }).Process!.Env!;

        Assert.Equal(
            ["GREETING=mine", "HOME=/workspace", "HOSTNAME=web-1", "PATH=/image/bin", "PORT=5000"],
            env.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_directory_is_the_containers_or_the_images_or_the_root()
    {
        Assert.Equal("/workspace", Build(Config).Process!.Cwd);
        Assert.Equal("/x", Build(Config with { Cwd = "/x" }).Process!.Cwd);
        Assert.Equal("/", RuntimeConfigBuilder.Build(Config, Facts with { Image = new ExecutionConfig() }).Process!.Cwd);
    }

    [Fact]
    public void An_ordinary_user_has_no_capability_and_no_way_to_gain_one()
    {
        var process = Build(Config).Process!;

        Assert.True(process.NoNewPrivileges);
        Assert.Equal((1000u, 1000u), (process.User!.Uid, process.User.Gid));
        Assert.Equal([1000u, 44u], process.User.AdditionalGids!);
        Assert.Empty(process.Capabilities!.Bounding!);
        Assert.Empty(process.Capabilities.Permitted!);
    }

    [Fact]
    public void Root_of_the_container_cannot_touch_the_kernel_or_the_network()
    {
        var capabilities = RuntimeConfigBuilder.Build(Config, Facts with { User = new ContainerUser(0, 0, [], "/root") }).Process!.Capabilities!;

        Assert.Contains("CAP_CHOWN", capabilities.Effective!);
        Assert.Equal(capabilities.Bounding, capabilities.Permitted);
        Assert.Empty(capabilities.Ambient!);
        foreach (var name in (string[])["CAP_SYS_ADMIN", "CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_SYS_PTRACE", "CAP_MKNOD", "CAP_SYS_MODULE"])
        {
            Assert.DoesNotContain(name, capabilities.Bounding!);
        }
    }

    [Fact]
    public void With_a_user_namespace_ids_are_mapped()
    {
        var config = Build(Config);

        var mapping = Assert.Single(config.Linux!.UidMappings!);
        Assert.Equal((0u, 0x7000_0000u, 65_536u), (mapping.ContainerID, mapping.HostID, mapping.Size));
        Assert.Equal(config.Linux.UidMappings, config.Linux.GidMappings);
        Assert.Contains(config.Linux.Namespaces!, ns => ns.Type == "user");
    }

    [Fact]
    public void Without_one_nothing_is_mapped()
    {
        var config = RuntimeConfigBuilder.Build(
            Config with { Mounts = [new BindMount("/host", "/x")] },
            Facts with { UserBase = null });

        Assert.Null(config.Linux!.UidMappings);
        Assert.DoesNotContain(config.Linux.Namespaces!, ns => ns.Type == "user");
        Assert.Null(MountAt(config, "/x").UidMappings);
    }

    [Fact]
    public void Mounts_come_parents_first_and_after_the_systems()
    {
        var config = Build(Config with
        {
            Mounts =
            [
                new BindMount("/h/cache", "/workspace/a/cache"),
                new BindMount("/h/ro", "/ro", ReadOnly: true, IdMapped: false),
                new BindMount("/h/app", "/workspace"),
            ],
        });

        Assert.Equal(["/ro", "/workspace", "/workspace/a/cache"], config.Mounts!.TakeLast(3).Select(mount => mount.Destination));
        Assert.Contains("ro", MountAt(config, "/ro").Options!);
        Assert.Null(MountAt(config, "/ro").UidMappings);
        Assert.NotNull(MountAt(config, "/workspace").UidMappings);
        Assert.Equal("/data/containers/web-1/etc/hosts", MountAt(config, "/etc/hosts").Source);
        Assert.All(config.Mounts!.Where(mount => mount.Destination != "/dev"), mount => Assert.Contains("nosuid", mount.Options!));
    }

    [Fact]
    public void Limits_become_resources_of_either_cgroup_version()
    {
        var limited = Config with { Limits = new ContainerLimits(MemoryBytes: 512 << 20, CpuWeight: 50, Cpus: 0.5, Pids: 100) };

        var v2 = Build(limited).Linux!.Resources!;
        Assert.Equal((512L << 20, 512L << 20), (v2.Memory!.Limit, v2.Memory.Swap));
        Assert.Equal("50", v2.Unified!["cpu.weight"]);
        Assert.Null(v2.Cpu!.Shares);
        Assert.Equal((50_000L, 100_000ul), (v2.Cpu.Quota, v2.Cpu.Period));
        Assert.Equal(100, v2.Pids!.Limit);

        var v1 = RuntimeConfigBuilder.Build(limited, Facts with { Limits = Facts.Limits with { UnifiedCgroups = false } })
            .Linux!.Resources!;
        Assert.Equal(512L << 20, v1.Memory!.Swap);
        Assert.Equal(512ul, v1.Cpu!.Shares);
        Assert.Null(v1.Unified);

        var none = Build(Config).Linux!.Resources!;
        Assert.Null(none.Memory);
        Assert.Null(none.Cpu);
        Assert.Null(none.Pids);
    }

    [Fact]
    public void Nothing_is_asked_for_that_the_host_may_not_give()
    {
        var poor = Facts with { Limits = new HostLimits(OpenFiles: 1024, OomScoreAdjust: 200, UnifiedCgroups: true) };

        var process = RuntimeConfigBuilder.Build(Config, poor).Process!;

        var files = process.Rlimits!.Single(limit => limit.Type == "RLIMIT_NOFILE");
        Assert.Equal((1024ul, 1024ul), (files.Soft, files.Hard));
        Assert.Equal(200, process.OomScoreAdj);
        Assert.Equal(500, RuntimeConfigBuilder.Build(Config with { Group = ContainerGroup.Builds }, poor).Process!.OomScoreAdj);
    }

    [Fact]
    public void The_hard_limit_of_open_files_is_read_from_the_kernels_table()
    {
        Assert.Equal(4096ul, HostLimits.ParseOpenFiles(""));
        Assert.Equal(524288ul, HostLimits.ParseOpenFiles("Limit  Soft Limit  Hard Limit  Units\nMax open files            1024                 524288               files     \n"));
        Assert.True(HostLimits.Read().OpenFiles >= 1024);
    }

    [Fact]
    public void The_system_call_filter_allows_work_and_refuses_the_hosts_affairs()
    {
        var rules = Build(Config).Linux!.Seccomp!;

        Assert.Equal("SCMP_ACT_ERRNO", rules.DefaultAction);
        var allowed = rules.Syscalls!.Where(rule => rule.Action == "SCMP_ACT_ALLOW" && rule.Args is null).SelectMany(rule => rule.Names).ToHashSet();
        var refused = rules.Syscalls!.Where(rule => rule.Action == "SCMP_ACT_ERRNO").SelectMany(rule => rule.Names).ToHashSet();
        Assert.Subset(allowed, new HashSet<string> { "read", "execve", "futex", "epoll_pwait", "openat2", "rseq", "clock_nanosleep" });
        Assert.Subset(refused, new HashSet<string> { "mount", "unshare", "bpf", "init_module", "keyctl", "clone3", "perf_event_open" });
        Assert.Empty(allowed.Intersect(refused));
        Assert.DoesNotContain("io_uring_setup", allowed);
        // Namespaces: the flags under the mask must all be off.
        var clone = rules.Syscalls!.Single(rule => rule.Names.SequenceEqual(["clone"]));
        Assert.Equal((0x7e02_0000ul, 0ul, "SCMP_CMP_MASKED_EQ"), (clone.Args![0].Value, clone.Args[0].ValueTwo, clone.Args[0].Op));
    }

    private static RuntimeConfig Build(ContainerConfig config) => RuntimeConfigBuilder.Build(config, Facts);

    private static MountConfig MountAt(RuntimeConfig config, string destination) =>
        config.Mounts!.Single(mount => mount.Destination == destination);
}
