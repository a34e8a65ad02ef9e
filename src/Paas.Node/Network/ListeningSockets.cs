using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;

namespace Paas.Node.Network;

/// <summary>Reads <c>/proc/net/tcp</c> and <c>tcp6</c> (proc(5)).</summary>
public static class ListeningSockets
{
    // TCP_LISTEN, include/net/tcp_states.h
    private const string Listening = "0A";

    /// <summary>The sockets that listen, lowest port first, each once.</summary>
    /// <param name="tables">The texts of the tables.</param>
    public static IReadOnlyList<ListeningPort> Parse(params IEnumerable<string> tables)
    {
        var found = new HashSet<ListeningPort>();
        foreach (var table in tables)
        {
            foreach (var line in table.AsSpan().EnumerateLines())
            {
                if (ParseLine(line) is { } port) found.Add(port);
            }
        }

        return [.. found.OrderBy(port => port.Port).ThenBy(port => port.Address.ToString(), StringComparer.Ordinal)];
    }

    // "  0: 00000000:1388 00000000:0000 0A …": the local and the remote address, then the state.
    private static ListeningPort? ParseLine(ReadOnlySpan<char> line)
    {
        Span<Range> fields = stackalloc Range[5];
        line = line.Trim();
        if (line.Split(fields, ' ', StringSplitOptions.RemoveEmptyEntries) < 5) return null;
        if (!line[fields[3]].SequenceEqual(Listening)) return null;
        var local = line[fields[1]];
        var colon = local.IndexOf(':');
        if (colon < 0 || !int.TryParse(local[(colon + 1)..], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var port)) return null;
        return ParseAddress(local[..colon]) is { } address ? new ListeningPort(address, port) : null;
    }

    // Words of four bytes, each printed as a number in the byte order of the machine.
    private static IPAddress? ParseAddress(ReadOnlySpan<char> text)
    {
        if (text.Length is not (8 or 32)) return null;
        Span<byte> bytes = stackalloc byte[text.Length / 2];
        for (var i = 0; i < text.Length; i += 8)
        {
            if (!uint.TryParse(text.Slice(i, 8), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var word)) return null;
            MemoryMarshal.Write(bytes[(i / 2)..], word);
        }

        return new IPAddress(bytes);
    }
}
