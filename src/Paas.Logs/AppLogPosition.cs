using System.Diagnostics.CodeAnalysis;

namespace Paas.Logs;

/// <summary>
/// A place in the log of an app: the place in each of its sources. To everyone outside an opaque string, safe in a URL and a
/// header: <c>web.1:3-120,router:1-0</c>.
/// </summary>
public sealed class AppLogPosition
{
    private readonly SortedDictionary<string, LogPosition> _sources = new(StringComparer.Ordinal);

    /// <summary>The position in a source; its start when it was not there yet.</summary>
    public LogPosition this[string source]
    {
        get => _sources.GetValueOrDefault(source);
        internal set => _sources[source] = value;
    }

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out AppLogPosition? position)
    {
        position = null;
        if (text is null) return false;
        var parsed = new AppLogPosition();
        foreach (var part in text.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var colon = part.LastIndexOf(':');
            if (colon <= 0 || !LogPosition.TryParse(part[(colon + 1)..], out var place)) return false;
            parsed[part[..colon]] = place;
        }

        position = parsed;
        return true;
    }

    /// <summary>The position as clients keep it and give it back.</summary>
    public override string ToString() => string.Join(',', _sources.Select(source => $"{source.Key}:{source.Value}"));
}
