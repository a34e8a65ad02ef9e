using System.Globalization;

namespace Paas.Runtime.Supervise;

/// <summary>Signals by name (signal(7), the numbers of x86-64 and arm64).</summary>
internal static class SignalNames
{
    private const int Last = 64;
    private const int FirstRealTime = 34;

    private static readonly string[] Names =
    [
        "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM", "STKFLT",
        "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
    ];

    /// <summary>Takes <c>SIGTERM</c>, <c>TERM</c>, <c>15</c>, <c>SIGRTMIN+1</c>, and 0, which only asks whether there is a process.</summary>
    public static bool TryParse(string text, out int number)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number)) return number is >= 0 and <= Last;
        var name = text.ToUpperInvariant();
        if (name.StartsWith("SIG", StringComparison.Ordinal)) name = name[3..];
        if (name.StartsWith("RTMIN", StringComparison.Ordinal)) return TryParseRealTime(name[5..], out number);
        number = Array.IndexOf(Names, name) + 1;
        return number > 0;
    }

    private static bool TryParseRealTime(string offset, out int number)
    {
        number = FirstRealTime;
        if (offset.Length == 0) return true;
        if (offset[0] != '+' || !int.TryParse(offset.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var plus)) return false;
        number += plus;
        return number <= Last;
    }
}
