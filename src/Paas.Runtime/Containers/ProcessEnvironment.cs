using System.Text;
using Microsoft.Win32.SafeHandles;
using Paas.Linux;
using Paas.Oci.Runtime;
using static Paas.Linux.Native;

namespace Paas.Runtime.Containers;

/// <summary>
/// The environment as the program gets it: each variable once, and HOME, which clients leave to the runtime, as the container's
/// <c>/etc/passwd</c> says of the user, else <c>/</c>.
/// </summary>
internal static class ProcessEnvironment
{
    private const int LargestFile = 4 * 1024 * 1024;
    private const string Home = "HOME";

    /// <summary>The process with its environment made complete.</summary>
    /// <param name="process">From the bundle.</param>
    /// <param name="root">Open directory that is the container's root.</param>
    /// <exception cref="RuntimeException">A variable is not of the form <c>NAME=value</c>.</exception>
    public static ProcessConfig Complete(ProcessConfig process, SafeFileHandle root)
    {
        var given = process.Env ?? [];
        var seen = new HashSet<string>(given.Count + 1);
        var variables = new List<string>(given.Count + 1);
        // Of several of one name the last counts; programs would take the first.
        var hasHome = false;
        for (var i = given.Count - 1; i >= 0; i--)
        {
            var name = Name(given[i]);
            if (!seen.Add(name)) continue;
            if (name == Home)
            {
                hasHome = given[i].Length > Home.Length + 1;
                if (!hasHome) continue;
            }

            variables.Add(given[i]);
        }

        variables.Reverse();
        if (!hasHome) variables.Add($"{Home}={Find(root, process.User?.Uid ?? 0) ?? "/"}");
        return process with { Env = variables };
    }

    private static string Name(string variable)
    {
        var end = variable.IndexOf('=');
        if (end <= 0) throw new RuntimeException($"invalid environment variable {variable}: it must have the form NAME=value");
        return variable.Contains('\0') ? throw new RuntimeException($"invalid environment variable {variable[..end]}: it contains a NUL character") : variable[..end];
    }

    /// <summary>The sixth field of the line with that uid; null when there is none.</summary>
    internal static string? Parse(string passwd, uint uid)
    {
        foreach (var line in passwd.AsSpan().EnumerateLines())
        {
            var number = 0;
            foreach (var range in line.Split(':'))
            {
                var field = line[range];
                if (number == 2 && !(uint.TryParse(field, out var found) && found == uid)) break;
                if (number == 5) return field.Length > 0 ? field.ToString() : null;
                number++;
            }
        }

        return null;
    }

    private static string? Find(SafeFileHandle root, uint uid)
    {
        try
        {
            // A fifo in its place must not make anyone wait.
            using var file = Files.OpenBelowIfPossible(
                root, "/etc/passwd", O_RDONLY | O_NONBLOCK | O_NOCTTY, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
            if (file is null) return null;
            var status = Files.Status(file);
            if (!status.IsRegular || status.Size > LargestFile) return null;
            var content = new byte[status.Size];
            var count = RandomAccess.Read(file, content, 0);
            return Parse(Encoding.UTF8.GetString(content, 0, count), uid);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
