using Paas.ControlPlane.Store;
using Paas.Oci;

namespace Paas.ControlPlane.Builds;

/// <summary>
/// Which stored source is which of git's trees, for the last one of each app: a commit that changes no file is then known by the tree that it
/// names, before anything of it is read.
/// </summary>
internal sealed class SourceTrees(SettingStore settings)
{
    /// <summary>The stored source; null for any tree but the last.</summary>
    internal Digest? Find(string app, string tree) =>
        settings.Find(Name(app))?.Split(' ') is [var known, var stored] && known == tree ? Digest.Parse(stored) : null;

    internal void Remember(string app, string tree, Digest stored) => settings.Set(Name(app), $"{tree} {stored}");

    private static string Name(string app) => $"tree/{app}";
}
