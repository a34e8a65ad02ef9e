namespace Paas.Linux.Cgroups;

/// <summary>Which controllers a group of the unified hierarchy has: those that every group above it passes down.</summary>
internal static class UnifiedControllers
{
    /// <summary>
    /// Makes the groups above a path, and lets them pass down all controllers they have. One that cannot be passed on is left out
    /// here and missed only if a limit needs it.
    /// </summary>
    /// <param name="mount">Mount point of the hierarchy.</param>
    /// <param name="path">The group's path.</param>
    /// <param name="only">Just these, or null for all.</param>
    public static void PassDown(string mount, string path, IReadOnlyList<string>? only = null)
    {
        var directory = mount;
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        PassDown(directory, only);
        foreach (var part in parts.AsSpan(0, parts.Length - 1))
        {
            directory = $"{directory}/{part}";
            Files.TryMakeDirectory(directory, ControlGroup.DirectoryMode);
            PassDown(directory, only);
        }
    }

    private static void PassDown(string directory, IReadOnlyList<string>? only)
    {
        const string File = "cgroup.subtree_control";
        var (passed, all) = (Words($"{directory}/{File}"), Words($"{directory}/cgroup.controllers"));
        // As a rule, in the same order.
        if (passed.AsSpan().SequenceEqual(all)) return;
        var missing = all.Where(IsMissing).ToList();
        if (missing.Count == 0 || Add(missing)) return;
        foreach (var controller in missing) Add([controller]);

        bool IsMissing(string controller) => !passed.Contains(controller) && only?.Contains(controller) != false;

        // Refused for a group with processes of its own, or a controller in use elsewhere.
        bool Add(IEnumerable<string> controllers) => GroupFile.TryWrite(
            directory, File, string.Join(' ', controllers.Select(name => "+" + name)),
            Errno.EBUSY, Errno.EINVAL, Errno.ENOENT, Errno.EOPNOTSUPP, Errno.EPERM, Errno.EACCES, Errno.ENOMEM) == 0;
    }

    private static string[] Words(string path) => (GroupFile.TryRead(path) ?? "").Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
}
