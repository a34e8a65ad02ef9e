using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Cleanup;
using Paas.Images;
using Paas.Images.Stacks;

namespace Paas.ControlPlane.Stacks;

/// <summary>Stacks for people: what there is, building, updating, and apps upon them.</summary>
internal sealed class StackDesk(ControlPlaneOptions options, ImageStore images, StackTable table, AppRebase rebase, ImageCleanup cleanup) : IStacks
{
    // Two root filesystems while they are put together, and their layers.
    private const long Room = 2L << 30;

    /// <inheritdoc/>
    public Task<StacksDocument> ListStacksAsync(CancellationToken ct) => table.ReadAsync(ct);

    /// <inheritdoc/>
    public async IAsyncEnumerable<StackEvent> BuildStackAsync(string stack, bool update, [EnumeratorCancellation] CancellationToken ct)
    {
        if (stack != options.Stack)
            throw new PaasException(ErrorCode.NotFound, $"there is no stack {stack}", $"This server builds apps on {options.Stack}.");
        await cleanup.MakeRoomAsync("a build of the stack", Room, ct);
        var lines = Channel.CreateUnbounded<string>();
        var work = Task.Run(() => BuildAsync(update, lines.Writer, ct), CancellationToken.None);
        await foreach (var line in lines.Reader.ReadAllAsync(CancellationToken.None)) yield return new StackEvent(line);
        yield return new StackEvent(null, await work);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<RebaseEvent> RebaseAsync(string app, [EnumeratorCancellation] CancellationToken ct)
    {
        var lines = Channel.CreateUnbounded<string>();
        var work = rebase.RunAsync(app, lines.Writer, ct);
        await foreach (var line in lines.Reader.ReadAllAsync(CancellationToken.None)) yield return new RebaseEvent(line);
        yield return new RebaseEvent(null, await work);
    }

    private async Task<StackResultDocument> BuildAsync(bool update, ChannelWriter<string> lines, CancellationToken ct)
    {
        try
        {
            var directory = Directory.CreateDirectory(Path.Combine(options.DataDirectory, "stack")).FullName;
            var builder = new StackBuilder(images, new StackOptions { Suite = options.Stack, Mirrors = options.StackMirrors, WorkDirectory = directory, Force = update });
            var before = await PackagesAsync(builder.Options, ct);
            using var lease = images.Content.Lease();
            var stack = await builder.BuildAsync(line => lines.TryWrite(line), ct);
            lines.TryWrite("unpacking");
            // Otherwise the next push would wait for it.
            await images.UnpackAsync(stack.Build, ct);
            var after = await PackagesAsync(builder.Options, ct);
            return new StackResultDocument(
                options.Stack, stack.Run.Digest.ToString(), stack.Build.Digest.ToString(),
                before?.Run != stack.Run.Digest || before.Build != stack.Build.Digest,
                before is null ? [] : Changes(before, after!), await table.BehindAsync(options.Stack, ct));
        }
        catch (StackException error)
        {
            throw new PaasException(ErrorCode.Unavailable, error.Message, error.Hint, error);
        }
        finally
        {
            lines.Complete();
        }
    }

    private async Task<StackContent?> PackagesAsync(StackOptions stack, CancellationToken ct)
    {
        if (await images.FindAsync(stack.RunReference, ct) is not { } run || await images.FindAsync(stack.BuildReference, ct) is not { } build) return null;
        return new StackContent(
            run.Digest, build.Digest, await StackPackages.ReadAsync(images, run, ct), await StackPackages.ReadAsync(images, build, ct));
    }

    // The build image has the run image's packages as well.
    private static List<PackageChangeDocument> Changes(StackContent before, StackContent after)
    {
        var run = StackPackages.Compare(before.RunPackages, after.RunPackages).Select(change => change.Name).ToHashSet();
        return
        [
            .. StackPackages.Compare(before.BuildPackages, after.BuildPackages)
                .Select(change => new PackageChangeDocument(change.Name, change.From, change.To, run.Contains(change.Name))),
        ];
    }

    private sealed record StackContent(
        Oci.Digest Run, Oci.Digest Build, IReadOnlyDictionary<string, string> RunPackages, IReadOnlyDictionary<string, string> BuildPackages);
}
