using System.Globalization;
using Paas.Runtime.CommandLine;

namespace Paas.Runtime.Checkpoints;

/// <summary>Where a checkpoint's memory goes instead of the images: to a server of pages, at once or page by page as it is asked for.</summary>
internal sealed class PageSending
{
    private string? _address;
    private ushort _port;
    private int? _status;

    /// <summary>Takes <c>--page-server</c>.</summary>
    /// <exception cref="UsageException">It is no ADDRESS:PORT.</exception>
    public void Server(string server)
    {
        var colon = server.LastIndexOf(':');
        if (colon <= 0 || !ushort.TryParse(server.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out _port) || _port == 0)
        {
            throw new UsageException($"Use --page-server ADDRESS:PORT to specify page server, not {server}");
        }

        _address = server[..colon].Trim('[', ']');
    }

    /// <summary>Takes <c>--status-fd</c>.</summary>
    /// <exception cref="UsageException">It is no open descriptor.</exception>
    public void StatusTo(string number)
    {
        if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var descriptor) || !File.Exists($"/proc/self/fd/{descriptor}"))
        {
            throw new UsageException($"--status-fd {number}: there is no such descriptor");
        }

        _status = descriptor;
    }

    /// <summary>Refuses what does not go together.</summary>
    /// <exception cref="UsageException">Why not.</exception>
    public void Check(bool lazy, bool preDump)
    {
        if (lazy && _address is null) throw new UsageException("--lazy-pages needs --page-server ADDRESS:PORT, where the memory is to be had until it is taken");
        if (lazy && preDump) throw new UsageException("--lazy-pages and --pre-dump do not go together");
    }

    /// <summary>criu's options.</summary>
    /// <param name="lazy">Whether criu itself serves the pages, instead of sending them to a server that there is.</param>
    /// <param name="inherited">Takes the descriptor for the status.</param>
    public IEnumerable<string> Arguments(bool lazy, InheritedForCriu inherited)
    {
        if (_status is { } descriptor) yield return $"--status-fd={inherited.Add(descriptor)}";
        if (_address is null) yield break;
        if (!lazy) yield return "--page-server";
        yield return $"--address={_address}";
        yield return $"--port={_port}";
    }
}
