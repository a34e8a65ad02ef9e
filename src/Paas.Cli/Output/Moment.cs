using System.Globalization;

namespace Paas.Cli.Output;

/// <summary>Times as Heroku's users read them: <c>2026/07/24 09:30:00 +0200 (~ 2m ago)</c>.</summary>
internal static class Moment
{
    public static string Text(DateTimeOffset at, DateTimeOffset now)
    {
        var local = at.ToLocalTime();
        var zone = local.ToString("zzz", CultureInfo.InvariantCulture).Replace(":", "", StringComparison.Ordinal);
        return $"{local.ToString("yyyy/MM/dd HH:mm:ss", CultureInfo.InvariantCulture)} {zone} (~ {Ago(now - at)} ago)";
    }

    public static string Ago(TimeSpan age) => age.TotalSeconds switch
    {
        < 60 => $"{Math.Max(0, (int)age.TotalSeconds)}s",
        < 3600 => $"{(int)age.TotalMinutes}m",
        < 86400 => $"{(int)age.TotalHours}h",
        _ => $"{(int)age.TotalDays}d",
    };
}
