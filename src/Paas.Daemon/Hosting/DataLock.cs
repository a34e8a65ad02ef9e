using Paas.Contracts.Errors;

namespace Paas.Daemon.Hosting;

/// <summary>The right to write a data directory: an flock(2) that the kernel gives back however the process ends.</summary>
internal sealed class DataLock : IDisposable
{
    private readonly FileStream _file;

    private DataLock(FileStream file) => _file = file;

    /// <summary>Conflict where another process has it.</summary>
    public static DataLock Take(string data)
    {
        Directory.CreateDirectory(data);
        var path = Path.Combine(data, "paasd.lock");
        return TryTake(path) ?? throw new PaasException(
            ErrorCode.Conflict,
            $"Another paasd{Owner(path)} works with {data}",
            "Stop it first, or give this one a directory of its own with --data.");
    }

    /// <summary>Null where another process has it.</summary>
    public static DataLock? TryTakeIn(string data) => TryTake(Path.Combine(Directory.CreateDirectory(data).FullName, "paasd.lock"));

    public void Dispose() => _file.Dispose();

    private static DataLock? TryTake(string path)
    {
        FileStream file;
        try
        {
            file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1);
        }
        catch (IOException)
        {
            return null;
        }

        file.SetLength(0);
        file.Write(System.Text.Encoding.ASCII.GetBytes($"{Environment.ProcessId}\n"));
        file.Flush();
        return new DataLock(file);
    }

    private static string Owner(string path)
    {
        try
        {
            using var reader = new StreamReader(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
            return $" (pid {reader.ReadToEnd().Trim()})";
        }
        catch (IOException)
        {
            return "";
        }
    }
}
