using System.Formats.Tar;
using System.Text;
using Paas.Contracts.Errors;

namespace Paas.ControlPlane.Builds;

/// <summary>What a source may be, looked up in its tar before anything is built: how many files, and how long their paths.</summary>
internal static class SourceLimits
{
    private const int LongestName = 255;

    /// <summary>TooLarge for too many entries or too long a path.</summary>
    internal static async Task CheckAsync(string path, ControlPlaneOptions options, CancellationToken ct)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 4096);
        await using var tar = new TarReader(file);
        var count = 0;
        try
        {
            while (await tar.GetNextEntryAsync(copyData: false, ct) is { } entry)
            {
                if (entry.EntryType is TarEntryType.GlobalExtendedAttributes) continue;
                if (++count > options.MaxSourceFiles)
                    throw new PaasException(ErrorCode.TooLarge, $"the source has more than {options.MaxSourceFiles} files", "Leave out what the build makes or fetches itself: .gitignore, git rm -r --cached node_modules");
                CheckPath(entry.Name, options.MaxSourcePath);
            }
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException)
        {
            // The build says what is wrong with it, where it unpacks it.
        }
    }

    private static void CheckPath(string name, int longest)
    {
        var bytes = Encoding.UTF8.GetByteCount(name);
        var part = name.Split('/').Max(Encoding.UTF8.GetByteCount);
        if (bytes > longest || part > LongestName)
            throw new PaasException(ErrorCode.TooLarge, $"the path {name[..Math.Min(name.Length, 60)]}… is too long: {bytes} bytes, of {longest} at most, and {LongestName} for each name in it", "Rename it, or leave it out of the source.");
    }
}
