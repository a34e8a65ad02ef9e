using System.Net.WebSockets;

namespace Paas.Daemon.Git;

/// <summary>Carries what git says to the client as it says it. A client that went away makes it go on silently, so that git can finish.</summary>
internal class GitOutput(Stream client)
{
    private bool _gone;

    public async Task CopyAsync(Stream git, CancellationToken aborted)
    {
        var buffer = new byte[128 * 1024];
        var held = 0;
        int count;
        while ((count = await git.ReadAsync(buffer.AsMemory(held), CancellationToken.None)) > 0)
        {
            held += count;
            var done = await PassAsync(buffer.AsMemory(0, held), aborted);
            buffer.AsSpan(done, held - done).CopyTo(buffer);
            held -= done;
        }

        if (held > 0) await SendAsync(buffer.AsMemory(0, held), aborted);
    }

    /// <summary>Passes on as much as can be; returns how much that was.</summary>
    protected virtual async Task<int> PassAsync(ReadOnlyMemory<byte> bytes, CancellationToken aborted)
    {
        await SendAsync(bytes, aborted);
        return bytes.Length;
    }

    protected async Task SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken aborted)
    {
        if (_gone) return;
        try
        {
            await client.WriteAsync(bytes, aborted);
            await client.FlushAsync(aborted);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or WebSocketException or ObjectDisposedException)
        {
            _gone = true;
        }
    }
}
