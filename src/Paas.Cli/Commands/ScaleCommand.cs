using System.Globalization;
using Paas.Cli.CommandLine;
using Paas.Contracts.Api;

namespace Paas.Cli.Commands;

internal sealed class ScaleCommand : Command
{
    private const string Example = "For example: paas scale web=2";

    public override string Name => "scale";

    public override IReadOnlyList<string> Aliases => ["ps:scale"];

    public override string Summary => "say how many instances of a process run";

    public override string Words => "[TYPE=N ...]";

    public override (int Least, int Most) WordCount => (0, int.MaxValue);

    public override bool PrintsData => true;

    public override string Details => "N is a number, or a change: web=+1, web=-1. Without words it shows how it is. Returns when it is so.";

    public override IReadOnlyList<string> Examples => ["paas scale web=3", "paas scale web=+1 worker=0", "paas scale"];

    public override async Task<int> RunAsync(Invocation call)
    {
        if (call.FirstWord is { } first && TryRead(first) is null && AppWord.Advice(call.Line) is { } advice)
            throw new UsageException(NotTyped(first), call.Words.Count == 1 ? $"{Example}\n{advice}" : advice);
        var wanted = call.Words.Select(Read).ToList();
        var app = call.App;
        if (wanted.Count == 0) return Show(call, await call.Client.GetFormationAsync(app, call.Cancelled));
        var quantities = await AbsoluteAsync(call, app, wanted);
        var formation = await call.Terminal.DuringAsync(
            $"Scaling {string.Join(", ", quantities.Keys)}",
            call.Client.ScaleAsync(app, new ScaleRequest(quantities), call.Cancelled),
            result => "done, now running " + string.Join(", ", result.Where(entry => quantities.ContainsKey(entry.Type)).Select(entry => $"{entry.Type} at {entry.Quantity}")));
        if (call.Json) call.Terminal.Json(formation, ApiJsonContext.Default.IReadOnlyListFormationEntry);
        return 0;
    }

    private static int Show(Invocation call, IReadOnlyList<FormationEntry> formation)
    {
        if (call.Json) call.Terminal.Json(formation, ApiJsonContext.Default.IReadOnlyListFormationEntry);
        else if (formation.Count > 0) call.Terminal.Line(string.Join(' ', formation.Select(entry => $"{entry.Type}={entry.Quantity}")));
        else call.Terminal.Note("There are no processes yet; a push brings them.");
        return 0;
    }

    private static async Task<Dictionary<string, int>> AbsoluteAsync(Invocation call, string app, List<(string Type, int Number, bool Relative)> wanted)
    {
        IReadOnlyList<FormationEntry> now = wanted.Any(change => change.Relative) ? await call.Client.GetFormationAsync(app, call.Cancelled) : [];
        var quantities = new Dictionary<string, int>();
        foreach (var (type, number, relative) in wanted)
        {
            var present = quantities.TryGetValue(type, out var planned) ? planned : now.FirstOrDefault(entry => entry.Type == type)?.Quantity ?? 0;
            quantities[type] = Math.Max(0, relative ? present + number : number);
        }

        return quantities;
    }

    internal static (string Type, int Number, bool Relative) Read(string word) => TryRead(word) ?? throw new UsageException(NotTyped(word), Example);

    private static string NotTyped(string word) => $"'{word}' is not TYPE=N";

    private static (string Type, int Number, bool Relative)? TryRead(string word)
    {
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        // Heroku also takes web+1.
        var at = equals >= 0 ? equals : word.IndexOfAny(['+', '-'], Math.Min(1, word.Length));
        if (at > 0)
        {
            var number = word[(equals >= 0 ? at + 1 : at)..];
            var relative = number is ['+' or '-', ..];
            var style = relative ? NumberStyles.AllowLeadingSign : NumberStyles.None;
            if (int.TryParse(number, style, CultureInfo.InvariantCulture, out var value)) return (word[..at], value, relative);
        }

        return null;
    }
}
