using System.Text.Json.Nodes;
using Paas.Testing;
using Xunit;

namespace Paas.Runtime.FunctionalTests;

/// <summary>From which nodes memory is taken (config-linux.md, Memory policy). One node is enough to see the policy.</summary>
public sealed class MemoryPolicyTests
{
    // User-mode Linux knows of no nodes.
    private static bool KernelHasNodes => File.Exists("/proc/self/numa_maps");

    [OwnRootTheory]
    [InlineData("""{"mode": "MPOL_INTERLEAVE", "nodes": "0"}""", "interleave:0")]
    [InlineData("""{"mode": "MPOL_BIND", "nodes": "0", "flags": ["MPOL_F_STATIC_NODES"]}""", "bind=static:0")]
    [InlineData("""{"mode": "MPOL_PREFERRED", "nodes": "0", "flags": ["MPOL_F_RELATIVE_NODES"]}""", "prefer=relative:0")]
    [InlineData("""{"mode": "MPOL_LOCAL"}""", "local")]
    [InlineData("""{"mode": "MPOL_DEFAULT"}""", "default")]
    [InlineData("{}", "default")]
    public void The_policy_is_the_one_asked_for_also_of_what_runs_beside(string policy, string shown)
    {
        if (!KernelHasNodes) return;
        const string Show = "head -n 1 /proc/self/numa_maps | cut -d ' ' -f 2";
        using var container = new TestContainer().Script($"{Show}; sleep 1000");
        container.Linux["memoryPolicy"] = JsonNode.Parse(policy);
        container.RunDetached().ShouldSucceed();
        TestContainer.Eventually(() => container.DetachedOutput.Length > 0, "it shows the policy");
        Assert.Equal(shown, container.DetachedOutput.Trim());
        Assert.Equal(shown, container.Verb("exec", "sh", "-c", Show).ShouldSucceed().Output.Trim());
    }

    [OwnRootTheory]
    [InlineData("""{"mode": "INTERLEAVE", "nodes": "0"}""", "invalid memory policy mode: INTERLEAVE")]
    [InlineData("""{"nodes": "0-7"}""", "invalid memory policy mode")]
    [InlineData("""{"mode": "MPOL_BIND", "nodes": "0", "flags": ["STATIC"]}""", "invalid memory policy flag: STATIC")]
    [InlineData("""{"mode": "MPOL_BIND", "nodes": "0-9876543210"}""", "invalid memory policy node list: 0-9876543210")]
    [InlineData("""{"mode": "MPOL_BIND", "nodes": "bad"}""", "invalid memory policy node list: bad")]
    public void Words_that_are_none_are_refused(string policy, string message) => AssertRefused(policy, message);

    [OwnRootTheory]
    [InlineData("""{"mode": "MPOL_INTERLEAVE"}""")]
    [InlineData("""{"mode": "MPOL_DEFAULT", "nodes": "0-7", "flags": ["MPOL_F_STATIC_NODES", "MPOL_F_RELATIVE_NODES"]}""")]
    public void What_makes_no_sense_together_the_kernel_refuses(string policy)
    {
        if (KernelHasNodes) AssertRefused(policy, "set_mempolicy");
    }

    private static void AssertRefused(string policy, string message)
    {
        using var container = new TestContainer();
        container.Linux["memoryPolicy"] = JsonNode.Parse(policy);
        var outcome = container.Run();
        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains(message, outcome.Error);
        Assert.Empty(container.Cgroups());
    }
}
