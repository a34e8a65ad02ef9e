namespace Paas.Build.Dockerfiles.Instructions;

/// <summary>What somebody likely meant to write.</summary>
internal static class Spelling
{
    private const int Farthest = 2;

    /// <summary>The candidate with the fewest letters wrong; null where none is near.</summary>
    public static string? Nearest(string text, IEnumerable<string> candidates) => candidates
        .Select(candidate => (candidate, distance: Distance(text.ToLowerInvariant(), candidate.ToLowerInvariant())))
        .Where(pair => pair.distance <= Farthest && pair.distance < pair.candidate.Length)
        .OrderBy(pair => pair.distance)
        .Select(pair => pair.candidate)
        .FirstOrDefault();

    // Optimal string alignment: letters wrong, missing, too many, or two of them swapped.
    private static int Distance(string from, string to)
    {
        var rows = new int[from.Length + 1, to.Length + 1];
        for (var i = 0; i <= from.Length; i++) rows[i, 0] = i;
        for (var j = 0; j <= to.Length; j++) rows[0, j] = j;
        for (var i = 1; i <= from.Length; i++)
        {
            for (var j = 1; j <= to.Length; j++)
            {
                var change = rows[i - 1, j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
                rows[i, j] = Math.Min(change, Math.Min(rows[i - 1, j], rows[i, j - 1]) + 1);
                if (i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1]) rows[i, j] = Math.Min(rows[i, j], rows[i - 2, j - 2] + 1);
            }
        }

        return rows[from.Length, to.Length];
    }
}
