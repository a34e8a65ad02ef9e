using System.Text.Json;
using System.Text.Json.Serialization;
using Paas.Contracts.Errors;
using Paas.Linux;

namespace Paas.Node.Users;

/// <summary>
/// A range of 65,536 host user and group ids for each app, for its containers' user namespaces: apps own nothing of each
/// other's processes even where a container is escaped. Kept in a file with one writer. Files on disk keep the containers' own
/// ids, so a range can be given to another app once the first has no container left. Thread-safe.
/// </summary>
public sealed class UserRanges
{
    /// <summary>Ids of a range.</summary>
    public const int Size = 65_536;

    /// <summary>The lowest id of the first range: above what systemd gives to machines (0x6fffffff) and useradd to subordinates.</summary>
    public const int First = 0x7000_0000;

    /// <summary>How many ranges there are: ids stay below 2^31, which some programs still treat as signed.</summary>
    public const int Count = 4_095;

    private readonly Lock _lock = new();
    private readonly string _path;
    private Dictionary<string, int>? _ranges;

    /// <param name="path">The file; made at the first range.</param>
    public UserRanges(string path) => _path = path;

    /// <summary>The lowest host id of an app's range, the same at every call.</summary>
    /// <exception cref="PaasException">All ranges are taken.</exception>
    public int Of(string app)
    {
        lock (_lock)
        {
            var ranges = Load();
            if (ranges.TryGetValue(app, out var index)) return First + (index * Size);
            var taken = ranges.Values.ToHashSet();
            index = Enumerable.Range(0, Count).FirstOrDefault(i => !taken.Contains(i), -1);
            if (index < 0) throw new PaasException(ErrorCode.Unavailable, $"all {Count} ranges of user ids are taken", "destroy an app");
            ranges[app] = index;
            Save(ranges);
            return First + (index * Size);
        }
    }

    /// <summary>Gives an app's range back; nothing when it has none.</summary>
    public void Forget(string app)
    {
        lock (_lock)
        {
            var ranges = Load();
            if (ranges.Remove(app)) Save(ranges);
        }
    }

    private Dictionary<string, int> Load()
    {
        if (_ranges is not null) return _ranges;
        if (!File.Exists(_path)) return _ranges = [];
        var ranges = JsonSerializer.Deserialize(File.ReadAllBytes(_path), UserRangesJsonContext.Default.DictionaryStringInt32);
        return _ranges = ranges ?? [];
    }

    private void Save(Dictionary<string, int> ranges)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(_path)!);
        Files.WriteAtomically(_path, JsonSerializer.SerializeToUtf8Bytes(ranges, UserRangesJsonContext.Default.DictionaryStringInt32), durable: true);
    }
}

[JsonSourceGenerationOptions(WriteIndented = true)]
[JsonSerializable(typeof(Dictionary<string, int>))]
internal sealed partial class UserRangesJsonContext : JsonSerializerContext;
