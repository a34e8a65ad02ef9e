using System.Globalization;

namespace Paas.Router.Hosting;

/// <summary>Who listens on a TCP port: proc(5), net/tcp and the sockets among every process's open files.</summary>
internal static class PortOwner
{
    private const string Listening = "0A";

    /// <summary>E.g. <c>nginx (process 1234)</c>; null when nobody listens, or whoever does is not ours to see.</summary>
    public static string? Find(int port, string proc = "/proc")
    {
        var inodes = Inodes(port, Path.Combine(proc, "net/tcp")).Concat(Inodes(port, Path.Combine(proc, "net/tcp6"))).ToHashSet();
        if (inodes.Count == 0) return null;
        foreach (var process in Directory.EnumerateDirectories(proc))
        {
            if (!int.TryParse(Path.GetFileName(process), out var pid) || !Holds(process, inodes)) continue;
            var name = TryRead(Path.Combine(process, "comm")).FirstOrDefault("?");
            return $"{name} (process {pid})";
        }

        return null;
    }

    /// <summary>Whether anybody listens on it.</summary>
    public static bool IsTaken(int port, string proc = "/proc") =>
        Inodes(port, Path.Combine(proc, "net/tcp")).Concat(Inodes(port, Path.Combine(proc, "net/tcp6"))).Any();

    private static IEnumerable<string> Inodes(int port, string path)
    {
        foreach (var line in TryRead(path).Skip(1))
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length < 10 || fields[3] != Listening) continue;
            var local = fields[1];
            if (int.Parse(local.AsSpan(local.LastIndexOf(':') + 1), NumberStyles.HexNumber) == port) yield return fields[9];
        }
    }

    private static bool Holds(string process, HashSet<string> inodes)
    {
        try
        {
            foreach (var descriptor in Directory.EnumerateFiles(Path.Combine(process, "fd")))
            {
                var target = new FileInfo(descriptor).LinkTarget;
                if (target is not null && target.StartsWith("socket:[", StringComparison.Ordinal) && inodes.Contains(target[8..^1])) return true;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // Another user's process, or one that has just ended.
        }

        return false;
    }

    private static string[] TryRead(string path)
    {
        try
        {
            return File.ReadAllLines(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
