using System.Text.RegularExpressions;

namespace Paas.Build.Dockerfiles.Syntax;

/// <summary>The comments at a Dockerfile's very beginning that steer how it is read: <c># name=value</c>.</summary>
internal sealed partial class ParserDirectives
{
    private static readonly string[] Names = ["syntax", "escape", "check"];

    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    private bool _ended;

    /// <summary>Continues lines and takes characters their meaning.</summary>
    public char Escape { get; private set; } = '\\';

    /// <summary>Frontend that the file asks for; this one reads it whatever it says.</summary>
    public string? Syntax => _values.GetValueOrDefault("syntax");

    /// <summary>How its warnings are to be treated: <c>skip=…;error=…;experimental=…</c>.</summary>
    public string? Check => _values.GetValueOrDefault("check");

    /// <summary>Looks at a line; after the first that is no directive, no line is.</summary>
    /// <exception cref="DockerfileException">A directive is there twice, or <c>escape</c> is another character than it can be.</exception>
    public void Read(string line, int number)
    {
        if (_ended) return;
        var match = Directive().Match(line);
        var name = match.Groups["name"].Value.ToLowerInvariant();
        if (!match.Success || !Names.Contains(name))
        {
            _ended = true;
            return;
        }

        var value = match.Groups["value"].Value;
        if (!_values.TryAdd(name, value)) throw new DockerfileException($"only one {name} parser directive can be used", number, name);
        if (name != "escape") return;
        if (value is not ("\\" or "`")) throw new DockerfileException($"invalid escape token '{value}' does not match ` or \\", number, value);
        Escape = value[0];
    }

    [GeneratedRegex(@"\A#\s*(?<name>[a-zA-Z][a-zA-Z0-9]*)\s*=\s*(?<value>.+?)\s*\z", RegexOptions.CultureInvariant)]
    private static partial Regex Directive();
}
