using System.Text;
using System.Text.RegularExpressions;

namespace Paas.Build.Dockerfiles.Words;

/// <summary>
/// A pattern of <c>${name#pattern}</c> and its like: <c>?</c> is any character, <c>*</c> any text, and a backslash takes the
/// meaning of <c>*</c>, <c>?</c>, itself, and of <c>}</c> and <c>/</c>, which would end the pattern.
/// </summary>
internal sealed class ShellPattern
{
    private const string Shortest = ".*?";

    private readonly IReadOnlyList<string> _parts;

    private ShellPattern(IReadOnlyList<string> parts) => _parts = parts;

    /// <exception cref="FormatException">Something is escaped that has no meaning.</exception>
    public static ShellPattern Parse(string pattern)
    {
        var parts = new List<string>();
        for (var at = 0; at < pattern.Length; at++)
        {
            var c = pattern[at];
            if (c == '\\')
            {
                var next = at + 1 < pattern.Length ? pattern[++at] : '\0';
                if (next is not ('*' or '?' or '\\' or '}' or '/'))
                    throw new FormatException($"invalid pattern ({pattern}) in substitution: invalid escape '\\{next}'");
                parts.Add(Regex.Escape(next.ToString()));
            }
            else
            {
                parts.Add(c switch { '*' => Shortest, '?' => ".", _ => Regex.Escape(c.ToString()) });
            }
        }

        return new ShellPattern(parts);
    }

    /// <summary>The value without what matches at its beginning.</summary>
    public string TrimStart(string value, bool longest)
    {
        var match = Compile(longest, @"\A", "").Match(value);
        return match.Success ? value[match.Length..] : value;
    }

    /// <summary>The value without what matches at its end.</summary>
    public string TrimEnd(string value, bool longest)
    {
        // From the end, so that the shortest match is the one found first.
        var pattern = Compile(longest, "", @"\z", RegexOptions.RightToLeft);
        var match = pattern.Match(value);
        return match.Success ? value[..match.Index] : value;
    }

    /// <summary>The value with the first, or every, longest match replaced.</summary>
    public string Replace(string value, string replacement, bool all) =>
        Compile(longest: true, "", "").Replace(value, _ => replacement, all ? -1 : 1);

    private Regex Compile(bool longest, string before, string after, RegexOptions options = RegexOptions.None)
    {
        var text = new StringBuilder(before);
        foreach (var part in _parts) text.Append(longest && part == Shortest ? ".*" : part);
        return new Regex(text.Append(after).ToString(), options | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(2));
    }
}
