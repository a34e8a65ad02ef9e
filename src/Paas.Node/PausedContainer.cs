using Paas.Contracts.Errors;
using Paas.Linux;
using Paas.Linux.Cgroups;

namespace Paas.Node;

/// <summary>A container whose processes stand still until this is disposed: its files do not change meanwhile.</summary>
public sealed class PausedContainer : IDisposable
{
    private readonly ControlGroup _group;

    private PausedContainer(ControlGroup group) => _group = group;

    /// <exception cref="PaasException">Conflict: its processes cannot be stopped, or somebody else has stopped them.</exception>
    internal static PausedContainer Pause(string path, string id)
    {
        var group = ControlGroup.At(path);
        try
        {
            if (group.IsFrozen()) throw new PaasException(ErrorCode.Conflict, $"the container {id} is paused already", "Try again in a moment.");
            group.Freeze();
            return new PausedContainer(group);
        }
        catch (Exception error) when (error is CgroupException or LinuxException)
        {
            TryThaw(group);
            throw new PaasException(ErrorCode.Conflict, $"the container {id} cannot be paused: {error.Message}", "Read it while it runs: --no-pause", error);
        }
    }

    /// <summary>Lets go on what a process that died had paused.</summary>
    internal static void Resume(string path)
    {
        var group = ControlGroup.At(path);
        try
        {
            if (group.IsFrozen()) group.Thaw();
        }
        catch (Exception error) when (error is CgroupException or LinuxException or IOException)
        {
            // Its group is gone, or was never whole.
        }
    }

    public void Dispose() => TryThaw(_group);

    private static void TryThaw(ControlGroup group)
    {
        try
        {
            group.Thaw();
        }
        catch (Exception error) when (error is CgroupException or LinuxException)
        {
            // The container has been removed meanwhile.
        }
    }
}
