using System.Globalization;

namespace Paas.Build.Manifests;

/// <summary>A schedule in cron's five fields (crontab(5)): minute, hour, day of the month, month, day of the week.</summary>
public sealed class CronSchedule
{
    private static readonly Field[] Fields =
    [
        new("minute", 0, 59, []),
        new("hour", 0, 23, []),
        new("day of the month", 1, 31, []),
        new("month", 1, 12, ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]),
        new("day of the week", 0, 7, ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]),
    ];

    private static readonly Dictionary<string, string> Nicknames = new(StringComparer.Ordinal)
    {
        ["@yearly"] = "0 0 1 1 *",
        ["@annually"] = "0 0 1 1 *",
        ["@monthly"] = "0 0 1 * *",
        ["@weekly"] = "0 0 * * 0",
        ["@daily"] = "0 0 * * *",
        ["@midnight"] = "0 0 * * *",
        ["@hourly"] = "0 * * * *",
    };

    private CronSchedule(string text) => Text = text;

    /// <summary>The five fields.</summary>
    public string Text { get; }

    /// <summary>Reads a schedule.</summary>
    /// <exception cref="FormatException">What is wrong with it.</exception>
    public static CronSchedule Parse(string text)
    {
        var line = Nicknames.GetValueOrDefault(text.Trim(), text);
        if (line.TrimStart().StartsWith('@')) throw new FormatException($"'{text}' is not one of {string.Join(", ", Nicknames.Keys)}");
        var parts = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (parts.Length != Fields.Length) throw new FormatException($"'{text}' has {parts.Length} fields; a schedule has five: minute, hour, day, month, day of the week");
        for (var i = 0; i < parts.Length; i++)
        {
            foreach (var item in parts[i].Split(',')) Fields[i].Check(item);
        }

        return new CronSchedule(string.Join(' ', parts));
    }

    private sealed record Field(string Name, int Least, int Most, string[] Names)
    {
        // *, 5, 1-5, each with a step: */15, 10-50/10.
        public void Check(string item)
        {
            var (range, step) = item.Split('/') switch
            {
                [var only] => (only, null),
                [var first, var second] => (first, second),
                _ => throw Wrong(item),
            };
            if (step is not null && !(int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out var every) && every >= 1)) throw Wrong(item);
            if (range == "*") return;
            var ends = range.Split('-').Select(end => Number(end, item)).ToList();
            if (ends.Count > 2 || (ends.Count == 2 && ends[0] > ends[1])) throw Wrong(item);
        }

        private int Number(string text, string item)
        {
            var named = Array.FindIndex(Names, name => name.Equals(text, StringComparison.OrdinalIgnoreCase));
            if (named >= 0) return named + Least;
            return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= Least && number <= Most ? number : throw Wrong(item);
        }

        private FormatException Wrong(string item) => new($"'{item}' is not a {Name}: {Least} to {Most}, a range, a list or *, with a step if wanted");
    }
}
