namespace Paas.Cli.CommandLine;

/// <summary>What a person probably meant.</summary>
internal static class Suggestion
{
    /// <summary>The nearest candidate, or null where none is near.</summary>
    public static string? For(string typed, IEnumerable<string> candidates) =>
        candidates.Where(candidate => IsNear(typed, candidate)).MinBy(candidate => Distance(typed, candidate));

    // Part by part: certs:add is many letters like users:add, and has nothing to do with it.
    private static bool IsNear(string typed, string candidate)
    {
        var (parts, others) = (typed.Split(':'), candidate.Split(':'));
        return parts.Length == others.Length && parts.Zip(others).All(pair => Distance(pair.First, pair.Second) <= Slips(pair.First));
    }

    // How many slips of the fingers a word of that length may have; a short one is soon another word.
    private static int Slips(string word) => word.Length switch
    {
        < 3 => 0,
        < 7 => 1,
        _ => 2,
    };

    /// <summary>Letters to insert, remove, replace or swap with their neighbour (optimal string alignment).</summary>
    internal static int Distance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (var i = 0; i <= a.Length; i++) d[i, 0] = i;
        for (var j = 0; j <= b.Length; j++) d[0, j] = j;
        for (var i = 1; i <= a.Length; i++)
        {
            for (var j = 1; j <= b.Length; j++)
            {
                var same = a[i - 1] == b[j - 1] ? 0 : 1;
                d[i, j] = Math.Min(Math.Min(d[i - 1, j] + 1, d[i, j - 1] + 1), d[i - 1, j - 1] + same);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }
        }

        return d[a.Length, b.Length];
    }
}
