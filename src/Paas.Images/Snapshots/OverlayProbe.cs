using Paas.Linux;

namespace Paas.Images.Snapshots;

/// <summary>Finds out what overlays can do here.</summary>
internal static class OverlayProbe
{
    /// <summary>True when an overlay of id-mapped layers can be mounted from this directory's filesystem: it is tried, attached nowhere.</summary>
    /// <param name="directory">Where two directories can be made for a moment.</param>
    public static bool SupportsIdMapping(string directory)
    {
        var probe = Directory.CreateDirectory(Path.Combine(directory, "probe-" + Guid.NewGuid().ToString("n")));
        try
        {
            var (lower, upper, work) = (Make("lower"), Make("upper"), Make("work"));
            const uint root = 100_000;
            IdRange[] ids = [new IdRange(0, root, 65_536)];
            using var user = UserNamespaces.Create(ids, ids);
            using var overlay = OverlayMounts.Create([lower], upper, work, user, (root, root));
            return true;
        }
        catch (LinuxException)
        {
            return false;
        }
        finally
        {
            probe.Delete(recursive: true);
        }

        string Make(string name) => probe.CreateSubdirectory(name).FullName;
    }
}
