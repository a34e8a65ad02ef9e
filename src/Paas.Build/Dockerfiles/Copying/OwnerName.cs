using System.Globalization;
using Paas.Images.Layers;
using Paas.Images.Trees;

namespace Paas.Build.Dockerfiles.Copying;

/// <summary>An owner as <c>--chown</c> and <c>USER</c> write it: <c>user[:group]</c>, names or numbers.</summary>
internal static class OwnerName
{
    /// <summary>True where the image's user database is needed to understand it.</summary>
    public static bool NeedsImage(string owner) => owner.Split(':').Any(part => !uint.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _));

    /// <summary>The numbers; a user without a group has the group of the same number, or its own by the image's database.</summary>
    /// <param name="owner">As written.</param>
    /// <param name="image">Whose <c>/etc/passwd</c> and <c>/etc/group</c> count; null where only numbers stand there.</param>
    /// <exception cref="FormatException">The image has no such user or group.</exception>
    public static LayerOwner Resolve(string owner, FileTree? image)
    {
        var parts = owner.Split(':', 2);
        var (user, group) = (parts[0], parts.Length > 1 ? parts[1] : "");
        var (uid, gid) = user.Length == 0 ? (0, 0) : User(user, image);
        return new LayerOwner(uid, group.Length == 0 ? gid : Group(group, image));
    }

    private static (int Uid, int Gid) User(string name, FileTree? image)
    {
        if (Number(name) is { } number) return (number, number);
        var entry = Entries(image, "etc/passwd").FirstOrDefault(fields => fields.Length > 3 && fields[0] == name)
            ?? throw new FormatException($"unable to find user {name}: the image's /etc/passwd has none of that name");
        return (Number(entry[2]) ?? 0, Number(entry[3]) ?? 0);
    }

    private static int Group(string name, FileTree? image)
    {
        if (Number(name) is { } number) return number;
        var entry = Entries(image, "etc/group").FirstOrDefault(fields => fields.Length > 2 && fields[0] == name)
            ?? throw new FormatException($"unable to find group {name}: the image's /etc/group has none of that name");
        return Number(entry[2]) ?? 0;
    }

    private static int? Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static IEnumerable<string[]> Entries(FileTree? image, string path) =>
        (image?.ReadText(path) ?? "").Split('\n').Select(line => line.Trim().Split(':'));
}
