using System.Text;

namespace Paas.Cli.Output;

/// <summary>Rows in aligned columns.</summary>
internal static class Columns
{
    /// <summary>Lines of the rows, two spaces between columns and none at the end of a line.</summary>
    public static IEnumerable<string> Align(IReadOnlyList<IReadOnlyList<string>> rows)
    {
        if (rows.Count == 0) yield break;
        var widths = Enumerable.Range(0, rows[0].Count).Select(column => rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in rows)
        {
            var line = new StringBuilder();
            for (var column = 0; column < row.Count; column++) line.Append(row[column].PadRight(widths[column] + 2));
            yield return line.ToString().TrimEnd();
        }
    }
}
