using System.Globalization;

namespace Paas.Testing;

/// <summary>
/// How much longer than usual things may take here: <c>PAAS_TEST_PATIENCE</c>, a factor, 1 unless set. The machine under user-mode Linux
/// sets it; a limit that passes is a failure everywhere, only later.
/// </summary>
public static class Patience
{
    private static readonly int Factor =
        int.TryParse(Environment.GetEnvironmentVariable("PAAS_TEST_PATIENCE"), NumberStyles.None, CultureInfo.InvariantCulture, out var factor) ? factor : 1;

    /// <summary>A limit for what takes less than <paramref name="usual"/> on an ordinary machine.</summary>
    public static TimeSpan Of(TimeSpan usual) => usual * Factor;

    /// <inheritdoc cref="Of"/>
    public static TimeSpan OfSeconds(int usual) => Of(TimeSpan.FromSeconds(usual));
}
