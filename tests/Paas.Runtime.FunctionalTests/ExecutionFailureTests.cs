using System.Text.Json.Nodes;
using Paas.Testing;
using Xunit;

namespace Paas.Runtime.FunctionalTests;

/// <summary>
/// A program that is there but cannot be executed: known only when the container is started, and then by its own process, which
/// says so on its standard error.
/// </summary>
public sealed class ExecutionFailureTests
{
    private const string Message = "exec /bin/broken: no such file or directory\n";

    [OwnRootFact]
    public void Run_shows_the_message_and_ends_with_255()
    {
        using var container = Broken("#!/no/such/interpreter");
        var outcome = container.Run();
        Assert.Equal((255, Message), (outcome.ExitCode, outcome.Error));
        Assert.Empty(container.Cgroups());
    }

    [OwnRootFact]
    public void A_created_container_that_is_started_shows_it_although_nobody_waits()
    {
        using var container = Broken("#!/no/such/interpreter");
        container.Create().ShouldSucceed();
        container.Verb("start").ShouldSucceed();
        TestContainer.Eventually(() => container.Status == "stopped", "stopped");
        Assert.Equal(Message, container.DetachedOutput);
    }

    [OwnRootFact]
    public void A_program_found_by_PATH_is_meant_as_it_was_called()
    {
        using var container = Broken("no program at all");
        container.Process["args"] = new JsonArray("broken");
        var outcome = container.Run();
        Assert.Equal((255, "exec broken: exec format error\n"), (outcome.ExitCode, outcome.Error));
    }

    [OwnRootFact]
    public void Exec_tells_it_itself()
    {
        using var container = Broken("#!/no/such/interpreter").Script("sleep 1000");
        container.RunDetached().ShouldSucceed();
        var outcome = container.Verb("exec", "/bin/broken");
        Assert.Equal(255, outcome.ExitCode);
        Assert.Contains("exec failed: unable to start container process: exec /bin/broken: no such file or directory", outcome.Error);
    }

    private static TestContainer Broken(string text)
    {
        var container = new TestContainer();
        var program = Path.Combine(container.Rootfs, "bin/broken");
        File.WriteAllText(program, text + "\n");
        File.SetUnixFileMode(program, (UnixFileMode)0x1ED);
        container.Process["args"] = new JsonArray("/bin/broken");
        return container;
    }
}
