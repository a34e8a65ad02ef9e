using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Domain;
using Paas.ControlPlane.Reconcile;

namespace Paas.ControlPlane;

public sealed partial class Platform
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<FormationEntry>> GetFormationAsync(string app, CancellationToken ct) => Task.FromResult(Formation(_apps.Get(app)));

    /// <inheritdoc/>
    public async Task<IReadOnlyList<FormationEntry>> ScaleAsync(string app, ScaleRequest request, CancellationToken ct)
    {
        CheckScale(_apps.Get(app), request);
        var before = _apps.Formation(app);
        _apps.SetFormation(app, request.Quantities);
        _platformLog.Write(app, $"scaled to {string.Join(" ", request.Quantities.Select(pair => $"{pair.Key}={pair.Value}"))}");
        _reconciler.Signal(app);
        if (_apps.Get(app).LiveRelease is not null)
        {
            var patience = _options.CheckTimeout + _options.RouterTimeout;
            await _deployer.SettleAsync(app, patience, ReconcilePlan.IsSettled, state => _table.ProblemAsync(state, slot => slot.Number > before.GetValueOrDefault(slot.Type), ct), ct);
        }

        return Formation(_apps.Get(app));
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<InstanceDocument>> RestartAsync(string app, RestartRequest request, CancellationToken ct)
    {
        await _restart.RunAsync(app, request.Processes ?? [], ct);
        return _table.Rows(_reconciler.Observe(app));
    }

    /// <inheritdoc/>
    public Task<IReadOnlyList<InstanceDocument>> ListInstancesAsync(string app, CancellationToken ct)
    {
        _apps.Get(app);
        return Task.FromResult(_table.Rows(_reconciler.Observe(app)));
    }

    /// <inheritdoc/>
    public IAsyncEnumerable<LogLine> ReadLogsAsync(string app, LogQuery query, CancellationToken ct)
    {
        _apps.Get(app);
        return _logs.ReadAsync(app, query, ct);
    }

    /// <inheritdoc/>
    public Task<int> RunAsync(string app, RunRequest request, ExecStreams streams, CancellationToken ct)
    {
        var live = _apps.Get(app).LiveRelease
            ?? throw new PaasException(ErrorCode.Conflict, $"{app} has no release to run a command in", "git push paas main makes the first one.");
        return _oneOffs.RunAsync(_releases.Get(app, live), request, streams, ct);
    }

    /// <inheritdoc/>
    public Task<int> ExecAsync(string app, string instance, InstanceExecRequest request, ExecStreams streams, CancellationToken ct)
    {
        _apps.Get(app);
        return _execs.RunAsync(app, instance, request, streams, ct);
    }

    private IReadOnlyList<FormationEntry> Formation(App app)
    {
        var processes = app.LiveRelease is { } live ? _releases.Get(app.Name, live).Processes : new Dictionary<string, string>();
        var quantities = _apps.Formation(app.Name);
        return
        [
            .. quantities.Keys.Union(Formations.ScalableTypes(processes))
                .OrderBy(type => type != Formations.Web).ThenBy(type => type, StringComparer.Ordinal)
                .Select(type => new FormationEntry(type, quantities.GetValueOrDefault(type), processes.GetValueOrDefault(type)))
                .Where(entry => entry.Command is not null || entry.Quantity > 0 || app.LiveRelease is null),
        ];
    }

    private void CheckScale(App app, ScaleRequest request)
    {
        if (request.Quantities.Count == 0) throw new PaasException(ErrorCode.InvalidRequest, "no process type was given", "For example: paas scale web=2");
        foreach (var (type, quantity) in request.Quantities)
        {
            Formations.CheckType(type);
            Formations.CheckQuantity(type, quantity);
        }

        // Before the first release nobody knows the types; after it a new one can only be a mistake.
        var known = _releases.List(app.Name).SelectMany(release => Formations.ScalableTypes(release.Processes)).ToHashSet();
        if (known.Count == 0 || request.Quantities.Keys.FirstOrDefault(type => !known.Contains(type)) is not { } unknown) return;
        throw new PaasException(
            ErrorCode.NotFound, $"{app.Name} has no process type {unknown}", $"It has {string.Join(", ", known.Order(StringComparer.Ordinal))}; a Procfile declares more.");
    }
}
