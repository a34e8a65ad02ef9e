using System.Text;

namespace Paas.Build.Dockerfiles.Syntax;

/// <summary>
/// One element of a Dockerfile's tree, of the shape that BuildKit's parser has: an instruction's arguments hang behind it as a
/// chain, and what lies within an element (an <c>ONBUILD</c>'s instruction) below it.
/// </summary>
internal sealed class SyntaxNode(string value)
{
    public string Value { get; } = value;

    /// <summary>The next element at the same level.</summary>
    public SyntaxNode? Next { get; set; }

    public IReadOnlyList<SyntaxNode> Children { get; init; } = [];

    /// <summary>Words beginning with <c>--</c>, of an instruction.</summary>
    public IReadOnlyList<string> Flags { get; init; } = [];

    /// <summary>True where an instruction's arguments were a JSON array.</summary>
    public bool IsJson { get; init; }

    /// <summary>The instruction as it stands, its lines joined.</summary>
    public string Original { get; init; } = "";

    /// <summary>First and last line, counted from 1.</summary>
    public int StartLine { get; set; }

    /// <inheritdoc cref="StartLine"/>
    public int EndLine { get; set; }

    /// <summary>The documents that follow the instruction's line.</summary>
    public IReadOnlyList<Heredoc> Heredocs { get; set; } = [];

    /// <summary>The comment lines directly above, without their <c>#</c>.</summary>
    public IReadOnlyList<string> Comments { get; init; } = [];

    /// <summary>The values of the chain behind this element.</summary>
    public IReadOnlyList<string> Arguments
    {
        get
        {
            var values = new List<string>();
            for (var node = Next; node is not null; node = node.Next) values.Add(node.Value);
            return values;
        }
    }

    /// <summary>The tree as text, character for character as BuildKit's <c>Dump</c> writes it.</summary>
    public string Dump()
    {
        var text = new StringBuilder(Value);
        if (Flags.Count > 0) text.Append(" [").AppendJoin(' ', Flags.Select(QuotedText.Of)).Append(']');
        foreach (var child in Children) text.Append('(').Append(child.Dump()).Append(")\n");
        for (var node = Next; node is not null; node = node.Next)
        {
            text.Append(' ').Append(node.Children.Count > 0 ? node.Dump() : QuotedText.Of(node.Value));
        }

        return text.ToString().Trim();
    }

    /// <summary>A chain of elements; null for none.</summary>
    public static SyntaxNode? Chain(IEnumerable<string> values)
    {
        SyntaxNode? first = null, last = null;
        foreach (var value in values)
        {
            var node = new SyntaxNode(value);
            if (last is null) first = node;
            else last.Next = node;
            last = node;
        }

        return first;
    }
}
