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

/// <summary>How much of the cache is kept.</summary>
/// <param name="UsedSince">Steps that were not used since go.</param>
/// <param name="MaximumBytes">Of all layers together, as stored; the longest unused steps go first.</param>
public sealed record StepCacheBounds(DateTimeOffset UsedSince, long MaximumBytes);

/// <summary>A record's file.</summary>
/// <param name="Path">Of the file.</param>
/// <param name="UsedAt">When the last build that used it began; UTC.</param>
/// <param name="Result">What is in it.</param>
internal sealed record StepRecord(string Path, DateTime UsedAt, StepResult Result);

/// <summary>
/// What steps made, by everything they depend on: the same step in another app's Dockerfile is not done again. A record is a file;
/// one whose layer the content store has no more counts as none. Thread-safe, also between processes.
/// </summary>
internal sealed class StepCache(string directory, ContentStore content)
{
    private const string RecordsName = "steps";

    // One time for all that a build used: its steps grow old together.
    private readonly DateTime _usedAt = DateTime.UtcNow;

    private string Records => Path.Combine(directory, RecordsName);

    /// <summary>What a step made when it was done before; null where it is to be done.</summary>
    public StepResult? Find(Digest key)
    {
        var path = PathOf(key);
        if (Read(path) is not { } result || (result.Layer is { } layer && !content.Contains(layer.Descriptor.Digest))) return null;
        Touch(path);
        return result;
    }

    /// <summary>Remembers what a step made.</summary>
    public void Save(Digest key, StepResult result)
    {
        Directory.CreateDirectory(Records);
        // A record lost in a power cut means only that the step is done again.
        Files.WriteAtomically(PathOf(key), JsonSerializer.SerializeToUtf8Bytes(result), durable: false);
        Touch(PathOf(key));
    }

    /// <summary>
    /// The records of a cache's directory within its bounds, and those beyond: too long unused, or, the longest unused first, more than
    /// fits. Of steps that were used together the later go first, because without an earlier one they are of no use. A layer counts once.
    /// </summary>
    public static (IReadOnlyList<StepRecord> Kept, IReadOnlyList<StepRecord> Dropped) Split(string directory, StepCacheBounds bounds)
    {
        var records = new DirectoryInfo(Path.Combine(directory, RecordsName));
        if (!records.Exists) return ([], []);
        var newestFirst = records.EnumerateFiles()
            .Select(file => Read(file.FullName) is { } result ? new StepRecord(file.FullName, file.LastWriteTimeUtc, result) : null).OfType<StepRecord>()
            .OrderByDescending(record => record.UsedAt).ThenBy(record => record.Result.Created).ToList();
        var (layers, bytes, kept) = (new HashSet<Digest>(), 0L, 0);
        foreach (var record in newestFirst)
        {
            if (record.UsedAt < bounds.UsedSince.UtcDateTime) break;
            if (record.Result.Layer is { } layer && layers.Add(layer.Descriptor.Digest)) bytes += layer.Descriptor.Size;
            if (bytes > bounds.MaximumBytes) break;
            kept++;
        }

        return (newestFirst[..kept], newestFirst[kept..]);
    }

    // A sweep may have taken the record in this moment.
    private void Touch(string path)
    {
        try
        {
            File.SetLastWriteTimeUtc(path, _usedAt);
        }
        catch (FileNotFoundException)
        {
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
