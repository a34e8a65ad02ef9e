using System.Runtime.CompilerServices;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;

namespace Paas.Cli.Connections;

/// <summary>
/// A log that goes on where it was after a broken connection. A platform that never answered is an error, and so is whatever the reader
/// of the lines throws: only the connection's own failures are waited out.
/// </summary>
/// <param name="reconnecting">Told why, once for each time that the connection is lost.</param>
internal sealed class LogTail(PaasClient client, string app, Action<string> reconnecting)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private bool _everAnswered;
    private bool _isLost;

    public async IAsyncEnumerable<LogLine> ReadAsync(LogQuery query, [EnumeratorCancellation] CancellationToken ct)
    {
        var pause = FirstPause;
        while (true)
        {
            var before = query.After;
            await foreach (var line in ConnectAsync(query, ct))
            {
                // Whoever resumes after the last line gets none twice and misses none.
                query = query with { After = line.Id };
                yield return line;
            }

            pause = query.After == before ? Min(pause * 2, LongestPause) : FirstPause;
            await Task.Delay(pause, ct);
        }
    }

    private async IAsyncEnumerable<LogLine> ConnectAsync(LogQuery query, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var lines = client.ReadLogsAsync(app, query, Answered, ct).GetAsyncEnumerator(ct);
        while (true)
        {
            var (hasNext, why) = await NextAsync(lines);
            if (hasNext)
            {
                yield return lines.Current;
                continue;
            }

            if (!_isLost) reconnecting(why);
            _isLost = true;
            yield break;
        }
    }

    private async Task<(bool HasNext, string Why)> NextAsync(IAsyncEnumerator<LogLine> lines)
    {
        try
        {
            return (await lines.MoveNextAsync(), "the platform ended the connection");
        }
        catch (Exception error) when (_everAnswered && MayPass(error))
        {
            // paasd restarts, or the line broke; the log itself is still being written.
            return (false, error is HttpIOException ? "the connection broke" : error.Message);
        }
    }

    private void Answered() => (_everAnswered, _isLost) = (true, false);

    private static bool MayPass(Exception error) => error is IOException or PaasException { Code: ErrorCode.Unavailable };

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
