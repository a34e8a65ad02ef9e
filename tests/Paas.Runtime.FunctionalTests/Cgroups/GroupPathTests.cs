using Paas.Testing;
using Xunit;

namespace Paas.Runtime.FunctionalTests.Cgroups;

/// <summary>Where a container's group is, and whose it is.</summary>
[Trait("Machine", "Always")]
public sealed class GroupPathTests
{
    [RootFact]
    public void Groups_above_are_made_and_the_process_is_in_all()
    {
        using var container = new TestContainer().Script("sleep 1000");
        var parent = $"{container.Id}-parent";
        container.Linux["cgroupsPath"] = $"/{parent}/inner/{container.Id}";
        try
        {
            container.RunDetached().ShouldSucceed();
            var lines = File.ReadAllLines($"/proc/{container.Pid}/cgroup");
            foreach (var controller in (ReadOnlySpan<string>)["memory", "pids", "cpu"])
            {
                var line = GroupFiles.IsUnified
                    ? lines.Single(item => item.StartsWith("0::"))
                    : lines.Single(item => item.Split(':')[1].Split(',').Contains(controller));
                Assert.EndsWith($":/{parent}/inner/{container.Id}", line);
            }

            RuntimeUnderTest.Run(container.Root, "delete", "--force", container.Id).ShouldSucceed();
            Assert.DoesNotContain(Groups(parent), group => Directory.Exists($"{group}/inner/{container.Id}"));
        }
        finally
        {
            // A runtime removes what it made for the container, and leaves what others may share.
            foreach (var group in Groups(parent))
            {
                if (Directory.Exists(group + "/inner")) Directory.Delete(group + "/inner");
                Directory.Delete(group);
            }
        }
    }

    [RootFact]
    public void A_group_in_use_is_refused_and_left_alone()
    {
        using var first = new TestContainer().Script("sleep 1000");
        first.RunDetached().ShouldSucceed();
        using var second = new TestContainer();
        second.Linux["cgroupsPath"] = $"/{first.Id}";
        var outcome = second.Create();
        if (RuntimeUnderTest.IsOurs)
        {
            Assert.Equal(1, outcome.ExitCode);
            Assert.Contains("container's cgroup is not empty", outcome.Error);
        }

        // Whatever a runtime makes of it, the first one lives.
        Assert.Equal("running", first.Status);
    }

    [OwnRootFact]
    public void A_frozen_group_is_refused()
    {
        using var container = new TestContainer();
        var directory = container.GroupDirectory("freezer");
        Directory.CreateDirectory(directory);
        try
        {
            var (file, frozen) = GroupFiles.IsUnified ? ("cgroup.freeze", "1") : ("freezer.state", "FROZEN");
            File.WriteAllText($"{directory}/{file}", frozen);
            var outcome = container.Create();
            Assert.Equal(1, outcome.ExitCode);
            Assert.Contains("container's cgroup unexpectedly frozen", outcome.Error);
        }
        finally
        {
            Directory.Delete(directory);
        }
    }

    [OwnRootFact]
    public void Without_a_cgroup_manager_there_is_no_group()
    {
        using var container = new TestContainer().Script("sleep 1000");
        container.WriteConfig();
        RuntimeUnderTest.Execute(
            "/bin/sh", "-c",
            $"'{RuntimeUnderTest.Program}' --root '{container.Root}' --cgroup-manager disabled run --detach "
            + $"--bundle '{container.Bundle}' {container.Id} > /dev/null 2>&1 < /dev/null")
            .ShouldSucceed();
        Assert.Empty(container.Cgroups());
        Assert.Equal("running", container.Status);
        RuntimeUnderTest.Run(container.Root, "kill", container.Id, "KILL").ShouldSucceed();
        TestContainer.Eventually(() => container.Status == "stopped", "stopped");
        RuntimeUnderTest.Run(container.Root, "delete", container.Id).ShouldSucceed();
    }

    [OwnRootFact]
    public void Without_systemd_its_scopes_are_a_clear_error()
    {
        if (Directory.Exists("/run/systemd/system")) return;
        using var container = new TestContainer();
        container.Linux["cgroupsPath"] = $"system.slice:test:{container.Id}";
        container.WriteConfig();
        var outcome = RuntimeUnderTest.Run(container.Root, "--systemd-cgroup", "run", "--bundle", container.Bundle, container.Id);
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("systemd", outcome.Error);
        Assert.False(Directory.Exists($"{container.Root}/{container.Id}"));
    }

    private static IEnumerable<string> Groups(string name) =>
        TestContainer.Hierarchies.Select(hierarchy => $"{hierarchy}/{name}").Where(Directory.Exists);
}
