using System.Runtime.CompilerServices;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.Logs;

namespace Paas.ControlPlane.Logs;

/// <summary>An app's log as the API gives it out.</summary>
internal sealed class AppLogs(ControlPlaneOptions options)
{
    private const int MostLines = 10_000;

    internal async IAsyncEnumerable<LogLine> ReadAsync(string app, LogQuery query, [EnumeratorCancellation] CancellationToken ct)
    {
        if (query.Tail is < 0 or > MostLines) throw new PaasException(ErrorCode.InvalidRequest, $"the number of lines is between 0 and {MostLines}");
        AppLogPosition? after = null;
        if (!string.IsNullOrEmpty(query.After) && !AppLogPosition.TryParse(query.After, out after))
            throw new PaasException(ErrorCode.InvalidRequest, "that is not the id of a log line", "Give back the id of a line as it was.");
        var log = new AppLog(Path.Combine(options.LogsDirectory, app));
        await foreach (var line in log.ReadAsync(new AppLogQuery(query.Tail, query.Follow, query.Source, after), ct))
            yield return new LogLine(line.Position, line.Entry.At, line.Source, Name(line.Entry.Stream), line.Entry.Text);
    }

    private static string Name(LogStream stream) => stream switch
    {
        LogStream.Stdout => "stdout",
        LogStream.Stderr => "stderr",
        _ => "system",
    };
}
