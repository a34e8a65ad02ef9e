using System.Formats.Tar;

namespace Paas.Build.Manifests;

/// <summary>The <c>app.json</c> of a source that is still a tar.</summary>
public static class SourceManifest
{
    /// <summary>Reads it; null where the source has none, or is no tar: then the build itself says so.</summary>
    /// <exception cref="BuildException">It is wrong; names the line.</exception>
    /// <param name="tar">The source.</param>
    /// <param name="directory">The directory of it that is built; null for the whole.</param>
    /// <param name="ct">Cancels.</param>
    public static async Task<AppManifest?> FindAsync(string tar, string? directory, CancellationToken ct)
    {
        var name = directory is null ? AppManifest.FileName : $"{directory}/{AppManifest.FileName}";
        await using var file = File.OpenRead(tar);
        await using var reader = new TarReader(file);
        try
        {
            while (await reader.GetNextEntryAsync(copyData: false, ct) is { } entry)
            {
                if ((entry.Name != name && entry.Name != "./" + name) || entry.DataStream is not { } data) continue;
                using var content = new MemoryStream();
                await data.CopyToAsync(content, ct);
                return AppManifestReader.Read(content.ToArray());
            }
        }
        catch (Exception error) when (error is InvalidDataException or EndOfStreamException or FormatException)
        {
            // What is wrong with it is found when it is unpacked.
        }

        return null;
    }
}
