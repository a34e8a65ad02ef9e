namespace Paas.Daemon.Hosting;

/// <summary>
/// The data directory's parts and who may look into them: sources, images and state hold people's code and secrets, so they are root's
/// alone. Through <c>logs</c> the router, which has no privileges, must reach the directories it writes.
/// </summary>
internal static class DataDirectory
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const UnixFileMode Passable = Private | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    private static readonly string[] PrivateParts = ["builds", "cache", "containers", "git", "images", "node", "ssh", "stack"];

    /// <summary>Makes what is missing and sets the modes; the same whenever it is called.</summary>
    public static void Prepare(string data)
    {
        Make(data, Passable);
        Make(Path.Combine(data, "logs"), Passable);
        foreach (var part in PrivateParts) Make(Path.Combine(data, part), Private);
    }

    private static void Make(string directory, UnixFileMode mode)
    {
        Directory.CreateDirectory(directory);
        File.SetUnixFileMode(directory, mode);
    }
}
