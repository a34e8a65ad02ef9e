using System.Globalization;

namespace Paas.Runtime.State;

/// <summary>What went through one network interface of a container (proc_pid_net(5), dev).</summary>
internal sealed record NetworkCounters(
    string Name,
    ulong ReceivedBytes,
    ulong ReceivedPackets,
    ulong ReceiveErrors,
    ulong ReceiveDropped,
    ulong SentBytes,
    ulong SentPackets,
    ulong SendErrors,
    ulong SendDropped)
{
    private const int ColumnsOfEachDirection = 8;

    /// <summary>Of all interfaces but the loopback one; none when the process is gone.</summary>
    public static IReadOnlyList<NetworkCounters> Of(int pid)
    {
        try
        {
            return Parse(File.ReadLines($"/proc/{pid}/net/dev"));
        }
        catch (IOException)
        {
            return [];
        }
    }

    // Two lines of headings, then "  eth0: " and eight numbers for what came and eight for what went.
    internal static IReadOnlyList<NetworkCounters> Parse(IEnumerable<string> lines)
    {
        var all = new List<NetworkCounters>();
        foreach (var line in lines.Skip(2))
        {
            var colon = line.IndexOf(':');
            if (colon < 0 || line.AsSpan(0, colon).Trim() is "lo") continue;
            var numbers = line[(colon + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries)
                .Select(word => ulong.Parse(word, CultureInfo.InvariantCulture)).ToArray();
            if (numbers.Length < 2 * ColumnsOfEachDirection) continue;
            var sent = numbers.AsSpan(ColumnsOfEachDirection);
            all.Add(new NetworkCounters(line[..colon].Trim(), numbers[0], numbers[1], numbers[2], numbers[3], sent[0], sent[1], sent[2], sent[3]));
        }

        return all;
    }
}
