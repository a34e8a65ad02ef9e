using System.Diagnostics;
using System.Text.Json.Nodes;
using Paas.Testing;
using Xunit;

namespace Paas.Runtime.FunctionalTests.Seccomp;

/// <summary>SCMP_ACT_NOTIFY: an agent outside gets the filter's descriptor and a document, and decides.</summary>
public sealed class SeccompNotifyTests
{
    private const string Mkdir = "mkdir /tmp/x; echo $?";

    /// <summary>A running agent that refuses one call.</summary>
    private sealed class Agent : IDisposable
    {
        private readonly Process _process;

        public Agent(TestContainer container, int number)
        {
            Socket = container.Path("agent.sock");
            DocumentPath = container.Path("document");
            var program = container.Path("agent");
            SeccompContainer.Install(program, "agent");
            _process = new Command(program, Socket, DocumentPath, $"{number}").Start();
            TestContainer.Eventually(() => File.Exists(Socket), "the agent listens");
        }

        public string Socket { get; }

        private string DocumentPath { get; }

        public JsonObject Document => (JsonObject)JsonNode.Parse(File.ReadAllText(DocumentPath))!;

        public void Dispose()
        {
            _process.Kill();
            _process.WaitForExit();
            _process.Dispose();
        }
    }

    private static TestContainer Notifying(TestContainer container, string? socket, bool noNewPrivileges, params string[] names)
    {
        container.Process["noNewPrivileges"] = noNewPrivileges;
        container.Config["annotations"] = new JsonObject { ["a"] = "b" };
        container.Linux["seccomp"] = new JsonObject
        {
            ["defaultAction"] = "SCMP_ACT_ALLOW", ["listenerPath"] = socket, ["listenerMetadata"] = "meta",
            ["syscalls"] = new JsonArray(new JsonObject
            {
                ["names"] = new JsonArray([.. names.Select(name => JsonValue.Create(name))]), ["action"] = "SCMP_ACT_NOTIFY",
            }),
        };
        return container;
    }

    [RootTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_agent_gets_the_descriptor_and_decides(bool noNewPrivileges)
    {
        using var container = new TestContainer().Script(Mkdir);
        using var agent = new Agent(container, 83);
        Notifying(container, agent.Socket, noNewPrivileges, "mkdir");
        var outcome = container.Run().ShouldSucceed();
        Assert.Equal("1\n", outcome.Output);
        Assert.Contains("No medium found", outcome.Error, StringComparison.Ordinal);
        var document = agent.Document;
        Assert.Equal("""["seccompFd"]""", document["fds"]!.ToJsonString());
        Assert.Equal("meta", (string)document["metadata"]!);
        Assert.Equal((int)document["state"]!["pid"]!, (int)document["pid"]!);
        Assert.Equal((container.Id, "creating", container.Bundle), ((string)document["state"]!["id"]!, (string)document["state"]!["status"]!, (string)document["state"]!["bundle"]!));
        Assert.Equal("b", (string)document["state"]!["annotations"]!["a"]!);
    }

    [RootTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void Calls_that_the_runtime_makes_itself_may_be_the_agents(bool noNewPrivileges)
    {
        using var container = new TestContainer();
        using var agent = new Agent(container, -1);
        Notifying(container, agent.Socket, noNewPrivileges, "execve", "openat", "open", "read", "close", "fcntl", "rt_sigaction");
        container.Run().ShouldSucceed();
    }

    [RootFact]
    public void A_created_container_waits_for_its_start_with_the_agent_informed()
    {
        using var container = new TestContainer().Script(Mkdir);
        using var agent = new Agent(container, 83);
        Notifying(container, agent.Socket, true, "mkdir");
        container.Create().ShouldSucceed();
        Assert.Equal(container.Pid, (int)agent.Document["pid"]!);
        container.Verb("start").ShouldSucceed();
        TestContainer.Eventually(() => container.DetachedOutput.Contains("1\n"), "the call failed");
    }

    [RootTheory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_further_process_is_the_agents_too(bool noNewPrivileges)
    {
        using var container = new TestContainer().Script("sleep 1000");
        using var agent = new Agent(container, 83);
        Notifying(container, agent.Socket, noNewPrivileges, "mkdir");
        container.RunDetached().ShouldSucceed();
        var first = container.Pid;
        var outcome = container.Verb("exec", "/bin/sh", "-c", Mkdir);
        Assert.Contains("No medium found", outcome.Error, StringComparison.Ordinal);
        Assert.Equal((first, "running"), ((int)agent.Document["state"]!["pid"]!, (string)agent.Document["state"]!["status"]!));
        Assert.NotEqual(first, (int)agent.Document["pid"]!);
    }

    [RootTheory]
    [InlineData("/nowhere/agent.sock", "failed to connect with seccomp agent", "mkdir")]
    [InlineData("@paas-test-nobody", "failed to connect with seccomp agent", "mkdir")]
    [InlineData("", "listenerPath is not set", "mkdir")]
    [InlineData("/nowhere/agent.sock", "SCMP_ACT_NOTIFY cannot be used for the write syscall", "write")]
    public void What_cannot_work_is_said_and_nothing_is_left(string socket, string message, string name)
    {
        using var container = new TestContainer();
        var outcome = Notifying(container, socket, true, name).Run();
        Assert.NotEqual(0, outcome.ExitCode);
        Assert.Contains(message, outcome.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(System.IO.Path.Combine(container.Root, container.Id)));
        Assert.Empty(container.Cgroups());
    }

    [RootFact]
    public void A_listener_without_calls_to_decide_on_is_no_matter()
    {
        using var container = new TestContainer().Script("mkdir /tmp/x; echo $?");
        container.Linux["seccomp"] = JsonNode.Parse("""{"defaultAction": "SCMP_ACT_ALLOW", "listenerPath": "/nowhere/agent.sock", "listenerMetadata": "x"}""");
        Assert.Equal("0\n", container.Run().ShouldSucceed().Output);
    }
}
