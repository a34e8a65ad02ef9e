using System.Text;
using System.Text.RegularExpressions;
using Paas.Images.Interop;

namespace Paas.Images.Trees;

/// <summary>Finds files by a pattern: Go's <c>filepath.Match</c> for each component, and <c>**</c> for any number of directories.</summary>
/// <param name="tree">Where to look.</param>
/// <param name="hides">True of a raw path that nobody is to find; null hides nothing.</param>
public sealed class TreeGlob(FileTree tree, Func<string, bool>? hides = null)
{
    /// <summary>True where a component of the pattern is more than a name.</summary>
    public static bool HasWildcard(string pattern) => pattern.AsSpan().IndexOfAny('*', '?', '[') >= 0;

    /// <summary>The raw paths that a raw pattern means, sorted.</summary>
    /// <exception cref="FormatException">The pattern is wrong.</exception>
    public IReadOnlyList<string> Find(string pattern)
    {
        var found = new List<string>();
        Find("", pattern.Split('/', StringSplitOptions.RemoveEmptyEntries), found);
        found.Sort(StringComparer.Ordinal);
        return [.. found.Distinct()];
    }

    private void Find(string parent, ReadOnlySpan<string> components, List<string> found)
    {
        if (components.Length == 0)
        {
            found.Add(parent);
            return;
        }

        if (components[0] == "**")
        {
            Find(parent, components[1..], found);
            foreach (var path in Children(parent, static _ => true))
            {
                if (components.Length == 1) found.Add(path);
                if (tree.LinkStatus(path) is { IsDirectory: true }) Find(path, components, found);
            }

            return;
        }

        if (!HasWildcard(components[0]) && !components[0].Contains('\\'))
        {
            var path = Join(parent, components[0]);
            if (tree.LinkStatus(path) is not null && hides?.Invoke(path) != true) Find(path, components[1..], found);
            return;
        }

        var pattern = Compile(components[0]);
        foreach (var path in Children(parent, pattern.IsMatch)) Find(path, components[1..], found);
    }

    private IEnumerable<string> Children(string parent, Func<string, bool> matches) => tree.Names(parent)
        .Where(name => matches(name))
        .Select(name => Join(parent, name))
        .Where(path => hides?.Invoke(path) != true);

    private static string Join(string parent, string name) => parent.Length == 0 ? name : $"{parent}/{name}";

    private static Regex Compile(string pattern)
    {
        var text = new StringBuilder(@"\A");
        for (var at = 0; at < pattern.Length; at++)
        {
            switch (pattern[at])
            {
                case '*':
                    text.Append(".*");
                    break;
                case '?':
                    text.Append('.');
                    break;
                case '[':
                    var end = pattern.IndexOf(']', Math.Min(at + 2, pattern.Length));
                    if (end < 0) throw Wrong(pattern);
                    text.Append('[').Append(pattern[(at + 1)..end].Replace(@"\", @"\\", StringComparison.Ordinal).Replace("[", @"\[", StringComparison.Ordinal)).Append(']');
                    at = end;
                    break;
                case '\\':
                    if (++at == pattern.Length) throw Wrong(pattern);
                    text.Append(Regex.Escape(pattern[at].ToString()));
                    break;
                default:
                    text.Append(Regex.Escape(pattern[at].ToString()));
                    break;
            }
        }

        return new Regex(text.Append(@"\z").ToString(), RegexOptions.CultureInvariant | RegexOptions.Singleline, TimeSpan.FromSeconds(2));
    }

    private static FormatException Wrong(string pattern) => new($"syntax error in pattern \"{RawPath.ToText(pattern)}\"");
}
