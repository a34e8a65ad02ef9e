using System.Globalization;

namespace Paas.Images;

/// <summary>Sizes for people: decimal units, three digits at most before the point.</summary>
public static class ByteSize
{
    private static readonly string[] Units = ["B", "kB", "MB", "GB", "TB"];

    /// <summary>Bytes as people read them, e.g. 12.3 MB.</summary>
    public static string Text(long bytes)
    {
        var value = (double)bytes;
        var unit = 0;
        while (value >= 999.95 && unit < Units.Length - 1)
        {
            value /= 1000;
            unit++;
        }

        return string.Create(CultureInfo.InvariantCulture, $"{value:0.#} {Units[unit]}");
    }
}
