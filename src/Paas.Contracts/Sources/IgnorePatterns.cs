using System.Text;
using System.Text.RegularExpressions;

namespace Paas.Contracts.Sources;

/// <summary>
/// Patterns of files that are left out, by the rules of <c>.dockerignore</c>: Go's <c>filepath.Match</c>, and <c>**</c> for any
/// number of directories. Later patterns win; one with <c>!</c> brings back what an earlier one took away; what is in a directory
/// goes with it.
/// </summary>
public sealed class IgnorePatterns
{
    private readonly List<(Regex Pattern, bool BringsBack)> _patterns = [];

    private IgnorePatterns()
    {
    }

    /// <summary>Leaves nothing out.</summary>
    public static IgnorePatterns None { get; } = new();

    public bool IsEmpty => _patterns.Count == 0;

    /// <summary>True where a file can be in although its directory is out.</summary>
    public bool BringsBack { get; private init; }

    /// <summary>Reads an ignore file.</summary>
    /// <exception cref="FormatException">A pattern is wrong.</exception>
    public static IgnorePatterns Parse(string text) => Of(text.TrimStart('\uFEFF').Split('\n').Where(line => !line.StartsWith('#')));

    /// <summary>Takes patterns one by one.</summary>
    /// <inheritdoc cref="Parse"/>
    public static IgnorePatterns Of(IEnumerable<string> patterns)
    {
        var cleaned = patterns.Select(pattern => pattern.Trim()).Where(pattern => pattern.Length > 0).ToList();
        var set = new IgnorePatterns { BringsBack = cleaned.Any(pattern => pattern[0] == '!') };
        foreach (var pattern in cleaned)
        {
            var isBack = pattern[0] == '!';
            var path = isBack ? pattern[1..].Trim() : pattern;
            if (path.Length == 0) throw new FormatException("illegal exclusion pattern: \"!\"");
            path = CleanPath.Of(path);
            if (path.Length > 1 && path[0] == '/') path = path[1..];
            set._patterns.Add((Compile(path), isBack));
        }

        return set;
    }

    /// <summary>True where a file is left out.</summary>
    /// <param name="path">Relative to the context, with slashes, cleaned.</param>
    public bool Ignores(string path)
    {
        var ignored = false;
        foreach (var (pattern, bringsBack) in _patterns)
        {
            // Only a pattern that would change the answer needs a look.
            if (bringsBack == ignored && MatchesItOrParent(pattern, path)) ignored = !bringsBack;
        }

        return ignored;
    }

    private static bool MatchesItOrParent(Regex pattern, string path)
    {
        if (pattern.IsMatch(path)) return true;
        for (var slash = path.IndexOf('/'); slash > 0; slash = path.IndexOf('/', slash + 1))
        {
            if (pattern.IsMatch(path[..slash])) return true;
        }

        return false;
    }

    private static Regex Compile(string pattern)
    {
        var text = new StringBuilder(@"\A");
        for (var at = 0; at < pattern.Length; at++)
        {
            var c = pattern[at];
            if (c == '*' && at + 1 < pattern.Length && pattern[at + 1] == '*')
            {
                at++;
                if (at + 1 < pattern.Length && pattern[at + 1] == '/') at++;
                text.Append(at + 1 == pattern.Length ? ".*" : "(?:.*/)?");
            }
            else
            {
                text.Append(c switch
                {
                    '*' => "[^/]*",
                    '?' => "[^/]",
                    '[' => Class(pattern, ref at),
                    '\\' => Regex.Escape((++at < pattern.Length ? pattern[at] : throw Wrong(pattern)).ToString()),
                    _ => Regex.Escape(c.ToString()),
                });
            }
        }

        return new Regex(text.Append(@"\z").ToString(), RegexOptions.CultureInvariant | RegexOptions.Singleline, TimeSpan.FromSeconds(2));
    }

    private static string Class(string pattern, ref int at)
    {
        var text = new StringBuilder("[");
        if (++at < pattern.Length && pattern[at] == '^')
        {
            text.Append('^');
            at++;
        }

        var start = at;
        for (; at < pattern.Length && pattern[at] != ']'; at++)
        {
            if (pattern[at] == '\\' && ++at == pattern.Length) throw Wrong(pattern);
            text.Append(pattern[at] == '-' && pattern[at - 1] != '\\' ? "-" : Escaped(pattern[at]));
        }

        return at < pattern.Length && at > start ? text.Append(']').ToString() : throw Wrong(pattern);
    }

    private static string Escaped(char c) => c is '[' or ']' or '\\' or '^' or '-' ? $"\\{c}" : c.ToString();

    private static FormatException Wrong(string pattern) => new($"syntax error in pattern \"{pattern}\"");
}
