using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;
using LibGit2Sharp;

namespace Paas.ControlPlane.Git;

/// <summary>
/// Lets LibGit2Sharp use the system's libgit2: it asks for a library named after its own build (<c>git2-…</c>), and gets the
/// one that the distribution keeps patched. docs/decisions/0003.
/// </summary>
internal static class SystemLibGit2
{
    private static readonly string[] Candidates =
        ["libgit2.so.1.5", "libgit2.so.1.6", "libgit2.so.1.7", "libgit2.so.1.8", "libgit2.so.1.9", "libgit2.so.1.4", "libgit2.so"];

    private static readonly Lock Once = new();
    private static bool _ready;

    /// <summary>Called before the first use of LibGit2Sharp.</summary>
    /// <param name="emptyDirectory">A directory without a git configuration, so that the machine's own has no say in our repositories.</param>
    internal static void Use(string emptyDirectory)
    {
        lock (Once)
        {
            if (_ready) return;
            AssemblyLoadContext.Default.ResolvingUnmanagedDll += Resolve;
            foreach (var level in new[] { ConfigurationLevel.ProgramData, ConfigurationLevel.System, ConfigurationLevel.Global, ConfigurationLevel.Xdg })
            {
                GlobalSettings.SetConfigSearchPaths(level, emptyDirectory);
            }

            _ready = true;
        }
    }

    private static IntPtr Resolve(Assembly assembly, string name)
    {
        if (!name.StartsWith("git2-", StringComparison.Ordinal)) return IntPtr.Zero;
        foreach (var candidate in Candidates)
        {
            if (NativeLibrary.TryLoad(candidate, out var handle)) return handle;
        }

        throw new DllNotFoundException("libgit2 is not installed; on Debian: apt-get install libgit2-1.5");
    }
}
