using System.Text.Json;
using Paas.Images;
using Paas.Images.Layers;
using Paas.Linux;
using Paas.Oci;

namespace Paas.Build.Dockerfiles.Building;

/// <summary>What a step made.</summary>
/// <param name="Layer">Null where it changed nothing.</param>
/// <param name="Created">When.</param>
internal sealed record StepResult(Layer? Layer, DateTimeOffset Created);

/// <summary>
/// What steps made, by everything they depend on: the same step in another app's Dockerfile is not done again. A record is a file;
/// one whose layer the content store has no more counts as none. Thread-safe, also between processes.
/// </summary>
internal sealed class StepCache(string directory, ContentStore content)
{
    private const string RecordsName = "steps";

    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    private string Records => Path.Combine(directory, RecordsName);

    /// <summary>What a step made when it was done before; null where it is to be done.</summary>
    public StepResult? Find(Digest key)
    {
        var path = PathOf(key);
        if (Read(path) is not { } result || (result.Layer is { } layer && !content.Contains(layer.Descriptor.Digest))) return null;
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow);
        return result;
    }

    /// <summary>Remembers what a step made.</summary>
    public void Save(Digest key, StepResult result)
    {
        Directory.CreateDirectory(Records);
        // A record lost in a power cut means only that the step is done again.
        Files.WriteAtomically(PathOf(key), JsonSerializer.SerializeToUtf8Bytes(result), durable: false);
    }

    /// <summary>Drops records that no build has used for a month.</summary>
    public void Prune(DateTimeOffset now)
    {
        if (!Directory.Exists(Records)) return;
        foreach (var file in new DirectoryInfo(Records).EnumerateFiles().Where(file => now - file.LastWriteTimeUtc > Kept)) file.Delete();
    }

    /// <summary>The layers of every record in a cache's directory.</summary>
    public static IEnumerable<Digest> Layers(string directory)
    {
        var records = new DirectoryInfo(Path.Combine(directory, RecordsName));
        if (!records.Exists) yield break;
        foreach (var file in records.EnumerateFiles())
        {
            if (Read(file.FullName)?.Layer is { } layer) yield return layer.Descriptor.Digest;
        }
    }

    private static StepResult? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<StepResult>(File.ReadAllBytes(path));
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException or JsonException)
        {
            return null;
        }
    }

    private string PathOf(Digest key) => Path.Combine(Records, key.Hex);
}
