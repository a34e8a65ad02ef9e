using Paas.Linux;

namespace Paas.Node;

/// <summary>A directory that another program of this host writes in, made by us and owned by it.</summary>
public static class OwnedDirectory
{
    private const uint Permissions = 0b111_101_000; // 0750

    /// <summary>Makes <paramref name="directory"/> where it is missing, and gives it the owner of <paramref name="model"/>, a file of that program.</summary>
    /// <exception cref="LinuxException">The model is missing, or the directory cannot be made.</exception>
    public static void Ensure(string directory, string model)
    {
        var owner = Files.Status(model);
        Directory.CreateDirectory(directory);
        var current = Files.Status(directory);
        if (current.Uid == owner.Uid && current.Gid == owner.Gid) return;
        Files.ChangeOwner(directory, owner.Uid, owner.Gid);
        Files.ChangeMode(directory, Permissions);
    }
}
