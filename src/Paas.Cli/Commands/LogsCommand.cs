using System.Globalization;
using Paas.Cli.CommandLine;
using Paas.Cli.Connections;
using Paas.Cli.Output;
using Paas.Contracts.Api;

namespace Paas.Cli.Commands;

internal sealed class LogsCommand : Command
{
    private static readonly Option Tail = new("--tail", 't', null, "go on with new lines");
    private static readonly Option Number = new("--num", 'n', "N", "begin with the last N lines (100, at most 10000)");
    private static readonly Option Process = new("--ps", 'p', "NAME", "only this instance (web.1) or process type (web)");
    private static readonly Option Source = new("--source", 's', "NAME", "only this source: router, build, paas, or as --ps");

    public override string Name => "logs";

    public override string Summary => "show the log";

    public override IReadOnlyList<Option> Options => [Tail, Number, Process, Source];

    public override bool PrintsData => true;

    public override string Details => "Every instance, the router's requests and the platform's own words, in one. --tail goes on where it was after a broken connection.";

    public override IReadOnlyList<string> Examples => ["paas logs --tail", "paas logs -n 1000 --ps web.1", "paas logs --tail --source router"];

    public override async Task<int> RunAsync(Invocation call)
    {
        var query = new LogQuery(Count(call.Line.Value(Number)), call.Line.Has(Tail), SourceOf(call.Line));
        var app = call.App;
        var lines = query.Follow
            ? new LogTail(call.Client, app, why => call.Terminal.Note($"reconnecting: {why}")).ReadAsync(query, call.Cancelled)
            : call.Client.ReadLogsAsync(app, query, call.Cancelled);
        await foreach (var line in lines) Print(call, line);
        return 0;
    }

    internal static string Format(LogLine line, Style style)
    {
        var program = line.Stream == "system" || !line.Source.Contains('.', StringComparison.Ordinal) ? "paas" : "app";
        var head = $"{line.At.ToLocalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.ffffffzzz", CultureInfo.InvariantCulture)} {program}[{line.Source}]:";
        return $"{style.Named(line.Source, head)} {line.Text}";
    }

    internal static int Count(string? text)
    {
        if (text is null) return new LogQuery().Tail;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count <= 10_000) return count;
        throw new UsageException($"-n takes a number of lines up to 10000, not {text}");
    }

    private static string? SourceOf(ParsedLine line)
    {
        if (line.Has(Process) && line.Has(Source)) throw new UsageException("--ps and --source say the same thing; give one of them");
        return line.Value(Process) ?? line.Value(Source);
    }

    private static void Print(Invocation call, LogLine line)
    {
        if (call.Json) call.Terminal.Text(System.Text.Json.JsonSerializer.Serialize(line, ApiJsonContext.Default.LogLine) + "\n");
        else call.Terminal.Line(Format(line, call.Terminal.Style));
    }
}
