using Microsoft.Win32.SafeHandles;
using static Paas.Linux.Native;

namespace Paas.Linux;

/// <summary>
/// The directories of an overlay as detached mounts, id-mapped where asked. Upper and work directory must lie on one mount: both
/// are opened below a clone of the directory above them.
/// </summary>
internal sealed class OverlayLayers : IDisposable
{
    private readonly List<SafeFileHandle> _open = [];

    public OverlayLayers(IReadOnlyList<string> lower, string? upper, string? work, SafeFileHandle? userNamespace)
    {
        try
        {
            Lower = [.. lower.Select(directory => Keep(Clone(directory, userNamespace)))];
            if (upper is null) return;
            var above = CommonParent(upper, work!);
            (UpperName, WorkName) = (Path.GetRelativePath(above, upper), Path.GetRelativePath(above, work!));
            UpperMount = Keep(Clone(above, userNamespace));
            Upper = Keep(Below(UpperMount, UpperName));
            Work = Keep(Below(UpperMount, WorkName));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Uppermost first.</summary>
    public IReadOnlyList<SafeFileHandle> Lower { get; } = [];

    /// <summary>The mount that upper and work directory lie on; null without an upper one.</summary>
    public SafeFileHandle? UpperMount { get; }

    /// <summary>Relative to <see cref="UpperMount"/>.</summary>
    public string UpperName { get; } = "";

    /// <inheritdoc cref="UpperName"/>
    public string WorkName { get; } = "";

    public SafeFileHandle? Upper { get; }

    public SafeFileHandle? Work { get; }

    private static SafeFileHandle Clone(string directory, SafeFileHandle? userNamespace)
    {
        var mount = Mounts.OpenTreeClone(directory, recursive: false);
        try
        {
            if (userNamespace is not null) Mounts.MapIds(mount, userNamespace);
            return mount;
        }
        catch
        {
            mount.Dispose();
            throw;
        }
    }

    private static SafeFileHandle Below(SafeFileHandle mount, string name) =>
        Files.OpenBelow(mount, name, O_PATH | O_DIRECTORY, RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS);

    private static string CommonParent(string first, string second)
    {
        var parent = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(first))!;
        while (!second.StartsWith(parent.TrimEnd('/') + "/", StringComparison.Ordinal)) parent = Path.GetDirectoryName(parent)!;
        return parent;
    }

    private SafeFileHandle Keep(SafeFileHandle handle)
    {
        _open.Add(handle);
        return handle;
    }

    public void Dispose()
    {
        foreach (var handle in _open) handle.Dispose();
    }
}
