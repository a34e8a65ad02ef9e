using System.Text.Json;
using Paas.Contracts.Routing;
using Paas.Router.Hosting;

namespace Paas.Router.Table;

/// <summary>The router's own copy of the last snapshot: what it serves from when it starts, whatever else runs.</summary>
internal sealed class SnapshotFile(string directory)
{
    private readonly string path = Path.Combine(directory, "snapshot.json");

    /// <summary>The snapshot kept, or null when there is none or it is unusable; <paramref name="complaint"/> then says what is wrong.</summary>
    public RouterSnapshot? Load(out string? complaint)
    {
        complaint = null;
        try
        {
            using var file = File.OpenRead(path);
            var snapshot = JsonSerializer.Deserialize(file, RoutingJsonContext.Default.RouterSnapshot);
            var problems = snapshot is null ? ["it is empty"] : SnapshotRules.Check(snapshot);
            if (problems.Count == 0) return snapshot;
            complaint = string.Join("; ", problems);
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            complaint = error.Message;
        }

        complaint = $"{path} is unusable: {complaint}{SetAside()}";
        return null;
    }

    /// <summary>Replaces the snapshot kept; after the return it survives a crash of the machine.</summary>
    /// <exception cref="IOException">It could not be written; the former one is kept.</exception>
    public void Save(RouterSnapshot snapshot)
    {
        var temporary = path + ".new";
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 64 * 1024))
        {
            JsonSerializer.Serialize(file, snapshot, RoutingJsonContext.Default.RouterSnapshot);
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
        DirectorySync.Flush(directory);
    }

    // Kept for whoever wants to know what happened; the next snapshot would overwrite it.
    private string SetAside()
    {
        try
        {
            File.Move(path, path + ".unusable", overwrite: true);
            return $"; it is kept as {path}.unusable";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
