using System.Formats.Tar;
using System.Text;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.Testing;

namespace Paas.ControlPlane.Tests.Planes;

/// <summary>A control plane, its node, its builder and its router, for one test.</summary>
public abstract class PlaneTest : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly TemporaryDirectory _directory = new();

    private protected LoopbackNode Node { get; private set; } = null!;

    private protected TestBuilder Builder { get; } = new();

    private protected TestRouter Router { get; set; } = null!;

    private protected Plane Plane { get; set; } = null!;

    private protected ControlPlaneOptions Options { get; set; } = null!;

    private protected IPlatform Platform => Plane.Platform;

    private protected string Directory => _directory.Path;

    private protected string RouterSocket => Path.Combine(_directory.Path, "router.sock");

    public virtual async Task InitializeAsync()
    {
        Options = Plane.Options(_directory.Path);
        Node = new LoopbackNode(Path.Combine(Options.DataDirectory, "logs"));
        Router = await TestRouter.StartAsync(RouterSocket);
        Plane = await Plane.StartAsync(Options, Node, Builder);
    }

    public async Task DisposeAsync()
    {
        await Plane.DisposeAsync();
        await Router.DisposeAsync();
        Node.Dispose();
        _directory.Dispose();
    }

    private protected static Stream Source(string procfile) => new MemoryStream(Encoding.UTF8.GetBytes(procfile));

    private protected static async Task<PaasException> FailsAsync(ErrorCode code, Func<Task> action)
    {
        var error = await Assert.ThrowsAsync<PaasException>(action);
        Assert.Equal(code, error.Code);
        return error;
    }

    /// <summary>Submits a build and reads it to its end.</summary>
    private protected async Task<(List<string> Lines, BuildResultDocument Result)> PushAsync(string app, string procfile, string branch = "main") =>
        await ReadAsync(Platform.SubmitBuildAsync(app, new BuildSource(new string('a', 40), branch, "First", "Ada"), Source(procfile), CancellationToken.None));

    /// <summary>Submits a build of a source with both files.</summary>
    private protected Task<(List<string> Lines, BuildResultDocument Result)> PushBothAsync(string app, string manifest, string procfile) =>
        PushFilesAsync(app, ("Procfile", procfile), ("app.json", manifest));

    /// <summary>Submits a build of a source that is a tar.</summary>
    private protected async Task<(List<string> Lines, BuildResultDocument Result)> PushFilesAsync(string app, params (string Name, string Text)[] files)
    {
        var tar = new MemoryStream();
        await using (var writer = new TarWriter(tar, leaveOpen: true))
        {
            foreach (var (name, text) in files)
            {
                await writer.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) });
            }
        }

        tar.Position = 0;
        return await ReadAsync(Platform.SubmitBuildAsync(app, new BuildSource(new string('a', 40), "main", "First", "Ada"), tar, CancellationToken.None));
    }

    private protected static async Task<(List<string> Lines, BuildResultDocument Result)> ReadAsync(IAsyncEnumerable<BuildEvent> events)
    {
        var lines = new List<string>();
        BuildResultDocument? result = null;
        await foreach (var one in events)
        {
            Assert.Null(result);
            if (one.Line is { } line) lines.Add(line);
            result = one.Result;
        }

        Assert.NotNull(result);
        return (lines, result);
    }

    private protected async Task CreateAsync(string app) => await Platform.CreateAppAsync(new CreateAppRequest(app), CancellationToken.None);

    private protected async Task<IReadOnlyList<InstanceDocument>> InstancesAsync(string app) => await Platform.ListInstancesAsync(app, CancellationToken.None);

    /// <summary>Waits until something is true.</summary>
    private protected static async Task EventuallyAsync(Func<Task<bool>> condition, string what)
    {
        var deadline = DateTime.UtcNow + Patience;
        while (!await condition())
        {
            Assert.True(DateTime.UtcNow < deadline, $"waited in vain: {what}");
            await Task.Delay(20);
        }
    }

    private protected static Task EventuallyAsync(Func<bool> condition, string what) => EventuallyAsync(() => Task.FromResult(condition()), what);
}
