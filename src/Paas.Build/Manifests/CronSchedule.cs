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

    // Days that are far apart: 29 February on a given day of the week comes every 28 years, and 40 across a turn of the century.
    private const int FarthestDays = 41 * 366;

    private readonly bool[][] _fits;
    private readonly bool _eitherDay;

    private CronSchedule(string text, bool[][] fits, bool eitherDay)
    {
        Text = text;
        _fits = fits;
        _eitherDay = eitherDay;
    }

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
        var fits = parts.Select((part, i) => Fields[i].Fitting(part)).ToArray();
        // Sunday is 0 and 7.
        fits[4][0] |= fits[4][7];
        return new CronSchedule(string.Join(' ', parts), fits, eitherDay: !parts[2].StartsWith('*') && !parts[4].StartsWith('*'));
    }

    /// <summary>The first minute after a time at which it is due, in UTC; null where it never is, as on 30 February.</summary>
    public DateTimeOffset? Next(DateTimeOffset after)
    {
        var utc = after.ToUniversalTime();
        var from = new DateTimeOffset(utc.Year, utc.Month, utc.Day, utc.Hour, utc.Minute, 0, TimeSpan.Zero).AddMinutes(1);
        var midnight = new DateTimeOffset(from.Date, TimeSpan.Zero);
        for (var day = 0; day < FarthestDays; day++)
        {
            var date = midnight.AddDays(day);
            if (!FitsDay(date)) continue;
            for (var minute = day == 0 ? (from.Hour * 60) + from.Minute : 0; minute < 24 * 60; minute++)
            {
                if (_fits[1][minute / 60] && _fits[0][minute % 60]) return date.AddMinutes(minute);
            }
        }

        return null;
    }

    // crontab(5): where both days are restricted, either will do.
    private bool FitsDay(DateTimeOffset date)
    {
        var (ofMonth, ofWeek) = (_fits[2][date.Day], _fits[4][(int)date.DayOfWeek]);
        return _fits[3][date.Month] && (_eitherDay ? ofMonth || ofWeek : ofMonth && ofWeek);
    }

    private sealed record Field(string Name, int Least, int Most, string[] Names)
    {
        // Which values a list of items has, by value.
        public bool[] Fitting(string items)
        {
            var fits = new bool[Most + 1];
            foreach (var item in items.Split(','))
            {
                var (first, last, step) = Range(item);
                for (var value = first; value <= last; value += step) fits[value] = true;
            }

            return fits;
        }

        // *, 5, 1-5, each with a step: */15, 10-50/10; 5/10 is 5-59/10.
        private (int First, int Last, int Step) Range(string item)
        {
            var (range, step) = item.Split('/') switch
            {
                [var only] => (only, null),
                [var first, var second] => (first, second),
                _ => throw Wrong(item),
            };
            var every = 1;
            if (step is not null && !(int.TryParse(step, NumberStyles.None, CultureInfo.InvariantCulture, out every) && every is >= 1 and <= 1000)) throw Wrong(item);
            if (range == "*") return (Least, Most, every);
            var ends = range.Split('-').Select(end => Number(end, item)).ToList();
            if (ends.Count > 2 || (ends.Count == 2 && ends[0] > ends[1])) throw Wrong(item);
            return (ends[0], ends.Count == 2 ? ends[1] : step is null ? ends[0] : Most, every);
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
