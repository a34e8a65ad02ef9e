using Paas.Contracts.Supervision;

namespace Paas.Node.Supervision;

/// <summary>The supervised containers as their directories and their supervisors tell of them.</summary>
internal sealed class SupervisedContainers(NodePaths paths)
{
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(2);

    /// <summary>Ids of all finished directories of supervised containers.</summary>
    public IReadOnlyList<string> Ids()
    {
        if (!Directory.Exists(paths.Containers)) return [];
        return [.. Directory.EnumerateDirectories(paths.Containers)
            .Select(path => new ContainerDirectory(path))
            .Where(directory => ContainerIds.IsValid(directory.Id) && File.Exists(directory.Supervise))
            .Select(directory => directory.Id)
            .Order(StringComparer.Ordinal)];
    }

    /// <summary>One container as it is; null when there is no such container.</summary>
    public async Task<ObservedContainer?> ObserveAsync(string id, CancellationToken ct)
    {
        var directory = paths.Container(id);
        if (ContainerFiles.ReadConfig(directory) is not { } config) return null;
        var state = await AskAsync(id, ct);
        if (state is not null) return new ObservedContainer(id, state, Lost: false, config.Labels);

        state = ContainerFiles.ReadState(directory);
        return new ObservedContainer(id, state, IsLost(directory, state), config.Labels);
    }

    /// <summary>What the supervisor says; null when it does not answer in time.</summary>
    public async Task<SupervisorState?> AskAsync(string id, CancellationToken ct)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(AnswerTime);
        try
        {
            using var client = await SupervisorClient.ConnectAsync(paths.Socket(id), deadline.Token);
            return client is null ? null : (await client.RequestAsync("state", null, deadline.Token))?.State;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Lost: nobody looks after it any more, though nobody said that it had ended.</summary>
    public static bool IsLost(ContainerDirectory directory, SupervisorState? state) =>
        state is not { Status: SupervisedStatus.Exited or SupervisedStatus.Failed } &&
        !(state is not null && SupervisorProcess.IsAlive(state.SupervisorPid, directory));
}
