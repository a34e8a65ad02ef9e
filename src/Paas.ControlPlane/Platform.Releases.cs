using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Deployments;
using Paas.ControlPlane.Domain;
using Paas.ControlPlane.Store;
using Paas.Oci;

namespace Paas.ControlPlane;

public sealed partial class Platform
{
    /// <inheritdoc/>
    public async Task<ReleaseDocument?> ChangeConfigAsync(string app, ConfigChange change, CancellationToken ct)
    {
        _apps.Get(app);
        if (change.Vars.Count == 0) throw new PaasException(ErrorCode.InvalidRequest, "no config var was given");
        // Refused before it waits for its turn.
        var current = _apps.Config(app);
        var wanted = ConfigVars.Apply(current, change.Vars);
        if (change.Secrets?.FirstOrDefault(name => !wanted.ContainsKey(name)) is { } missing)
            throw new PaasException(ErrorCode.InvalidRequest, $"{missing} is to be secret, and it is not set", "Set it in the same request.");
        // Before its value can be in any output. What is set anew and is no secret was one only in earlier releases.
        var anew = wanted.Keys.Except(current.Keys).Except(change.Secrets ?? []);
        _apps.MarkSecret(app, change.Secrets ?? [], [.. anew]);
        var made = await _deployer.DeployAsync(app, () => DraftOf(app, change), null, null, ct);
        if (made is { } result)
        {
            _deployer.EnsureLive(app, result.Release, result.Deployment);
            return Describe(result.Release, live: true);
        }

        return _apps.Get(app).LiveRelease is { } live ? Describe(_releases.Get(app, live), live: true) : null;
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<ReleaseDocument>> ListReleasesAsync(string app, CancellationToken ct)
    {
        var live = _apps.Get(app).LiveRelease;
        return Task.FromResult<IReadOnlyList<ReleaseDocument>>([.. Describe(app, live)]);
    }

    /// <inheritdoc/>
    public async Task<ReleaseDocument> RollbackAsync(string app, RollbackRequest request, CancellationToken ct)
    {
        Target(app, request.Version);
        var (release, deployment) = (await _deployer.DeployAsync(
            app,
            () =>
            {
                var target = Target(app, request.Version);
                return ReleaseDraft.From(target, ReleaseReason.Rollback, $"Rollback to v{target.Version}", target.Config);
            },
            null,
            null,
            ct))!.Value;
        _deployer.EnsureLive(app, release, deployment);
        return Describe(release, live: true);
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<DeploymentDocument>> ListDeploymentsAsync(string app, CancellationToken ct)
    {
        _apps.Get(app);
        var builds = _releases.List(app).ToDictionary(release => release.Version, release => release.Build);
        return Task.FromResult<IReadOnlyList<DeploymentDocument>>([.. _deployments.List(app).Select(one =>
            new DeploymentDocument(one.Id, one.Release, one.Status, one.Steps, one.Error, builds.GetValueOrDefault(one.Release)))]);
    }

    // Without a release there is nothing to deploy; the next build takes the variables along.
    private ReleaseDraft? DraftOf(string app, ConfigChange change)
    {
        var current = _apps.Config(app);
        var config = ConfigVars.Apply(current, change.Vars);
        if (config.Count == current.Count && config.All(pair => current.TryGetValue(pair.Key, out var value) && value == pair.Value)) return null;
        if (_apps.Get(app).LiveRelease is not { } version)
        {
            _apps.ReplaceConfig(app, config);
            return null;
        }

        var live = _releases.Get(app, version);
        return ReleaseDraft.From(live, ReleaseReason.Config, ConfigVars.Describe(change.Vars), config);
    }

    private Release Target(string app, int? version)
    {
        var live = _apps.Get(app).LiveRelease
            ?? throw new PaasException(ErrorCode.Conflict, $"{app} has no release to roll back from", "git push paas main makes the first one.");
        if (version == live) throw new PaasException(ErrorCode.Conflict, $"v{live} of {app} is live already");
        if (version is { } wanted)
        {
            return EnsureKept(_releases.Find(app, wanted)
                ?? throw new PaasException(ErrorCode.NotFound, $"{app} has no release v{wanted}", $"paas releases -a {app} lists them."));
        }

        // Back to what served before, not to one that never did.
        var (served, kept) = (_deployments.Served(app), _releases.KeptImages(_options.ReleaseRetention));
        return _releases.List(app).FirstOrDefault(release => release.Version < live && served.Contains(release.Version) && IsKept(release, kept))
            ?? throw new PaasException(ErrorCode.Conflict, $"{app} has no release before v{live}");
    }

    private bool IsKept(Release release, IReadOnlyList<Digest> kept) => kept.Contains(release.Image) || _content.Contains(release.Image);

    private Release EnsureKept(Release release)
    {
        if (IsKept(release, _releases.KeptImages(_options.ReleaseRetention))) return release;
        throw new PaasException(
            ErrorCode.Conflict,
            $"the image of v{release.Version} of {release.App} is gone: the newest {_options.ReleaseRetention} that served are kept",
            "Build it again: push its commit.");
    }

    private IEnumerable<ReleaseDocument> Describe(string app, int? live)
    {
        var served = _deployments.Served(app);
        return _releases.List(app).Select(release => Describe(release, release.Version == live) with { Served = served.Contains(release.Version) });
    }

    private static ReleaseDocument Describe(Release release, bool live) => new(
        release.Version, release.Reason, release.Description, release.Image.ToString(), release.Processes, live, release.CreatedAt, live);
}
