using System.Globalization;
using Paas.Contracts.Errors;

namespace Paas.Daemon.Hosting;

/// <summary>The right to write a data directory: an flock(2) on <c>paasd.lock</c>, which the kernel gives back however the process ends.</summary>
internal sealed class DataLock : IDisposable
{
    private readonly FileStream _file;

    private DataLock(FileStream file) => _file = file;

    /// <summary>Conflict where another process has it.</summary>
    public static DataLock Take(string data) => TryTake(data) ?? throw new PaasException(
        ErrorCode.Conflict, $"Another paasd{Owner(data)} works with {data}", "Stop it first, or give this one a directory of its own with --data.");

    /// <summary>Null where another process has it.</summary>
    public static DataLock? TryTake(string data)
    {
        DataDirectory.Prepare(data);
        FileStream file;
        try
        {
            file = new FileStream(Path.Combine(data, "paasd.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1);
        }
        catch (IOException)
        {
            return null;
        }

        File.WriteAllText(PidFile(data), Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        return new DataLock(file);
    }

    public void Dispose() => _file.Dispose();

    private static string PidFile(string data) => Path.Combine(data, "paasd.pid");

    // Only for the message; the lock is what counts.
    private static string Owner(string data) => File.Exists(PidFile(data)) ? $" (pid {File.ReadAllText(PidFile(data))})" : "";
}
