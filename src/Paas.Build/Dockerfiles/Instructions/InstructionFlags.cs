using Paas.Build.Dockerfiles.Syntax;

namespace Paas.Build.Dockerfiles.Instructions;

/// <summary>The words <c>--name=value</c> of an instruction.</summary>
internal sealed class InstructionFlags
{
    // These may stand there several times.
    private static readonly string[] Lists = ["mount", "exclude"];

    private static readonly string[] Booleans = ["link", "parents", "keep-git-dir", "unpack"];

    private readonly SyntaxNode _node;
    private readonly Dictionary<string, List<string>> _values = new(StringComparer.Ordinal);

    /// <param name="node">The instruction.</param>
    /// <param name="known">Names that it takes.</param>
    /// <exception cref="DockerfileException">It has others, one of them twice, or one without its value.</exception>
    public InstructionFlags(SyntaxNode node, params IReadOnlyList<string> known)
    {
        _node = node;
        foreach (var flag in node.Flags)
        {
            var text = flag[2..];
            var equals = text.IndexOf('=');
            var name = equals < 0 ? text : text[..equals];
            if (!known.Contains(name)) throw Unknown(flag, name, known);
            if (equals < 0 && !Booleans.Contains(name)) throw new DockerfileException($"missing a value on flag: {name}", node.StartLine, flag);
            var value = equals < 0 ? "true" : text[(equals + 1)..];
            if (!_values.TryGetValue(name, out var values)) _values[name] = [value];
            else if (Lists.Contains(name)) values.Add(value);
            else throw new DockerfileException($"duplicate flag specified: {name}", node.StartLine, flag);
        }
    }

    public string? Text(string name) => _values.TryGetValue(name, out var values) && values[0].Length > 0 ? values[0] : null;

    public IReadOnlyList<string> Many(string name) => _values.GetValueOrDefault(name) ?? [];

    /// <summary>Null where the flag is not there.</summary>
    public bool? Flag(string name) => Text(name) switch
    {
        null => null,
        var text when string.Equals(text, "true", StringComparison.OrdinalIgnoreCase) => true,
        var text when string.Equals(text, "false", StringComparison.OrdinalIgnoreCase) => false,
        var text => throw new DockerfileException($"expecting boolean value for flag {name}, not: {text}", _node.StartLine, text),
    };

    /// <summary>Nanoseconds of a duration as Go writes it; 0 where the flag is not there.</summary>
    public long Duration(string name)
    {
        if (Text(name) is not { } text) return 0;
        if (!GoDuration.TryParse(text, out var nanoseconds))
            throw new DockerfileException($"invalid duration for --{name}: {text}", _node.StartLine, text, "Write it like 30s, 1m30s or 500ms.");
        if (nanoseconds is < 1_000_000 and not 0)
            throw new DockerfileException($"interval {QuotedText.Of(name)} cannot be less than 1ms", _node.StartLine, text);
        return nanoseconds;
    }

    private DockerfileException Unknown(string flag, string name, IReadOnlyList<string> known)
    {
        var near = Spelling.Nearest(name, known);
        return new DockerfileException(
            $"unknown flag: --{name}{(near is null ? "" : $" (did you mean {near}?)")}", _node.StartLine, flag,
            known.Count == 0 ? $"{_node.Value.ToUpperInvariant()} takes no flags." : $"{_node.Value.ToUpperInvariant()} takes --{string.Join(", --", known)}.");
    }
}
