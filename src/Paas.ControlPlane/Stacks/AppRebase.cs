using System.Threading.Channels;
using Paas.Build.Rebasing;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Deployments;
using Paas.ControlPlane.Domain;
using Paas.ControlPlane.Store;
using Paas.Images;

namespace Paas.ControlPlane.Stacks;

/// <summary>
/// An app upon the newest base: the layers of its live image stay what they are, and the release that is made differs from the live one in
/// nothing but what is below them. docs/decisions/0029.
/// </summary>
internal sealed class AppRebase(ImageStore images, StackTable table, AppStore apps, ReleaseStore releases, Deployer deployer, AppUrls urls)
{
    /// <summary>Returns when the release is live, or at once where there is nothing to do. Conflict, with the reason, where it cannot be done.</summary>
    internal async Task<RebaseResultDocument> RunAsync(string app, ChannelWriter<string> lines, CancellationToken ct)
    {
        try
        {
            apps.Get(app);
            while (true)
            {
                if (await TryAsync(app, lines, ct) is { } result) return result;
                // Another release went live between the look at the image and the app's turn.
            }
        }
        finally
        {
            lines.Complete();
        }
    }

    private async Task<RebaseResultDocument?> TryAsync(string app, ChannelWriter<string> lines, CancellationToken ct)
    {
        var live = Live(app);
        using var lease = images.Content.Lease();
        try
        {
            var (image, stack) = await table.FindAsync(live, ct);
            if (image.IsOn(stack.Run))
            {
                lines.TryWrite($"-----> {app} is on the newest {stack.Name} already: nothing to do");
                return new RebaseResultDocument(app, stack.Name, null, live.Image.ToString());
            }

            lines.TryWrite($"-----> Rebasing {app} on {stack.Name}");
            lines.TryWrite($"       Base {image.BaseDigest?.Abbreviated ?? "unknown"} → {stack.Run.Digest.Abbreviated}; {image.AppLayers} layers of the app stay as they are");
            var rebased = await image.OntoAsync(images, stack.Run, stack.Reference, ct);
            await images.UnpackAsync(rebased, ct);
            return await DeployAsync(live, rebased, stack, lines, ct);
        }
        catch (RebaseException error)
        {
            throw new PaasException(
                ErrorCode.Conflict, $"{app} cannot be rebased: {error.Message}", "Build it again for a newer base: push its commit, or release a newer image.", error);
        }
    }

    private async Task<RebaseResultDocument?> DeployAsync(Release live, Image image, NamedStack stack, ChannelWriter<string> lines, CancellationToken ct)
    {
        var app = live.App;
        var made = await deployer.DeployAsync(
            app,
            () => Live(app).Version != live.Version ? null : ReleaseDraft.From(
                live, ReleaseReason.Rebase, $"Rebase v{live.Version} on {stack.Name} {stack.Run.Digest.Abbreviated}", apps.Config(app)) with { Image = image.Digest },
            begun => lines.TryWrite($"-----> Deploying v{begun.Version}"),
            progress => lines.TryWrite(progress.Line),
            ct);
        if (made is not { } result) return null;
        deployer.EnsureLive(app, result.Release, result.Deployment);
        lines.TryWrite("=====> Application deployed:");
        foreach (var url in urls.Of(app)) lines.TryWrite($"       {url}");
        return new RebaseResultDocument(app, stack.Name, result.Release.Version, image.Digest.ToString());
    }

    private Release Live(string app) => apps.Get(app).LiveRelease is { } version
        ? releases.Get(app, version)
        : throw new PaasException(ErrorCode.Conflict, $"{app} has no release to rebase", "git push paas main makes the first one.");
}
