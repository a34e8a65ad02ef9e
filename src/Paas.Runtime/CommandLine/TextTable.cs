using System.Text;

namespace Paas.Runtime.CommandLine;

/// <summary>Tables as runc prints them: columns of at least twelve characters, three of them between two columns.</summary>
internal static class TextTable
{
    private const int LeastWidth = 12;
    private const int Gap = 3;

    public static string Of(IReadOnlyList<IReadOnlyList<string>> rows)
    {
        var last = rows[0].Count - 1;
        var widths = Enumerable.Range(0, last).Select(column => Math.Max(LeastWidth, rows.Max(row => row[column].Length) + Gap)).ToArray();
        var text = new StringBuilder();
        foreach (var row in rows)
        {
            for (var column = 0; column < last; column++) text.Append(row[column].PadRight(widths[column]));
            text.Append(row[last]).Append('\n');
        }

        return text.ToString();
    }
}
