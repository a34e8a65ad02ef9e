namespace Paas.Node.Bundles;

/// <summary>The user a container's process runs as, in numbers.</summary>
/// <param name="Uid">Inside the container.</param>
/// <param name="Gid">Inside the container.</param>
/// <param name="AdditionalGids">Of the groups that list the user.</param>
/// <param name="Home">From the image's user database, or <c>/</c>.</param>
internal sealed record ContainerUser(uint Uid, uint Gid, IReadOnlyList<uint> AdditionalGids, string Home)
{
    /// <summary>Resolves <c>user[:group]</c> (image-spec, config.md, User) with the image's <c>passwd(5)</c> and <c>group(5)</c>.</summary>
    /// <returns>Null when a name is in neither.</returns>
    public static ContainerUser? Resolve(string user, string passwd, string group)
    {
        var (name, groupName) = user.Split(':', 2) is [var left, var right] ? (left, right) : (user, null);
        if (name.Length == 0) name = "0";
        var entry = Entries(passwd, 7).FirstOrDefault(entry => entry[0] == name || entry[2] == name);
        if (entry is null && !uint.TryParse(name, out _)) return null;
        if (!uint.TryParse(entry?[2] ?? name, out var uid)) return null;
        if (!uint.TryParse(entry?[3] ?? "0", out var gid)) return null;
        // As docker does: whoever names a group gets that one only.
        uint[] additional = [];
        if (string.IsNullOrEmpty(groupName)) additional = entry is null ? [] : GroupsOf(entry[0], group);
        else if (GroupId(groupName, group) is { } named) gid = named;
        else return null;
        return new ContainerUser(uid, gid, additional, entry is { } known && known[5].StartsWith('/') ? known[5] : "/");
    }

    private static uint? GroupId(string name, string group)
    {
        var entry = Entries(group, 3).FirstOrDefault(entry => entry[0] == name);
        return uint.TryParse(entry?[2] ?? name, out var gid) ? gid : null;
    }

    private static uint[] GroupsOf(string name, string group) =>
    [
        .. Entries(group, 4)
            .Where(entry => entry[3].Split(',').Contains(name))
            .Select(entry => uint.TryParse(entry[2], out var gid) ? gid : 0)
            .Where(gid => gid > 0),
    ];

    private static IEnumerable<string[]> Entries(string text, int fields) =>
        text.Split('\n').Select(line => line.Trim().Split(':')).Where(entry => entry.Length >= fields);
}
