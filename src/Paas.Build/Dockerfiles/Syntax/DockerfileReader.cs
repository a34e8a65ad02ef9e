using Paas.Build.Dockerfiles.Checks;

namespace Paas.Build.Dockerfiles.Syntax;

/// <summary>A Dockerfile read into its instructions; none of them is understood yet.</summary>
/// <param name="Instructions">In their order.</param>
/// <param name="Directives">What the file's first comments say.</param>
/// <param name="Warnings">Found on the way.</param>
internal sealed record SyntaxTree(IReadOnlyList<SyntaxNode> Instructions, ParserDirectives Directives, IReadOnlyList<CheckWarning> Warnings)
{
    /// <summary>An instruction a line, as BuildKit's parser prints its tree.</summary>
    public string Dump() => string.Concat(Instructions.Select(node => $"({node.Dump()})\n")).TrimEnd('\n');
}

/// <summary>Joins a Dockerfile's lines into instructions: comments, continued lines, and documents that follow a line.</summary>
internal sealed class DockerfileReader
{
    private readonly string[] _lines;
    private readonly ParserDirectives _directives = new();
    private readonly List<SyntaxNode> _instructions = [];
    private readonly List<CheckWarning> _warnings = [];
    private List<string> _comments = [];
    private int _next;

    private DockerfileReader(string text) => _lines = SplitLines(text);

    /// <summary>Reads a whole file.</summary>
    /// <exception cref="DockerfileException">It is none; says the line.</exception>
    public static SyntaxTree Read(string text)
    {
        var reader = new DockerfileReader(text.TrimStart('\uFEFF'));
        while (reader._next < reader._lines.Length) reader.ReadInstruction();
        if (reader._instructions.Count == 0) throw new DockerfileException("file with no instructions", 0);
        return new SyntaxTree(reader._instructions, reader._directives, reader._warnings);
    }

    private void ReadInstruction()
    {
        var start = _next + 1;
        var raw = Content(_lines[_next++]);
        if (start == 1 && raw.StartsWith("#!", StringComparison.Ordinal)) return;
        var first = raw.TrimStart();
        _directives.Read(first, start);
        if (first.StartsWith('#'))
        {
            NoteComment(first[1..].Trim());
            return;
        }

        var continues = TryContinue(ref first);
        if (!continues && first.Length == 0)
        {
            _comments = [];
            return;
        }

        var line = first + (continues ? Continuation(start) : "");
        if (line.Trim().Length == 0) return;
        var node = Parse(line, start);
        _comments = [];
        (node.StartLine, node.EndLine) = (start, _next);
        if (AnnouncesDocuments(node)) node.Heredocs = ReadDocuments(line, start);
        node.EndLine = _next;
        _instructions.Add(node);
    }

    private void NoteComment(string comment)
    {
        if (comment.Length == 0) _comments = [];
        else _comments.Add(comment);
    }

    /// <summary>The rest of an instruction whose line ended with the escape character.</summary>
    private string Continuation(int start)
    {
        var rest = "";
        var hadEmpty = false;
        var continues = true;
        while (continues && _next < _lines.Length)
        {
            var line = Content(_lines[_next++]);
            var trimmed = line.TrimStart();
            if (trimmed.StartsWith('#')) continue;
            if (trimmed.Length == 0)
            {
                hadEmpty = true;
                continue;
            }

            continues = TryContinue(ref line);
            rest += line;
        }

        if (hadEmpty) _warnings.Add(new CheckWarning(CheckRule.NoEmptyContinuation, "Empty continuation line", start, _next));
        return rest;
    }

    private SyntaxNode Parse(string line, int start)
    {
        try
        {
            return InstructionLine.Parse(line, _directives.Escape, _comments);
        }
        catch (FormatException error)
        {
            throw new DockerfileException(error.Message, start, inner: error);
        }
    }

    private bool TryContinue(ref string line)
    {
        var trimmed = line.TrimEnd(' ', '\t');
        // Two of them at the end are one that means itself.
        var isEscaped = trimmed.Length > 1 && trimmed[^2] == _directives.Escape;
        if (trimmed.Length == 0 || trimmed[^1] != _directives.Escape || isEscaped) return false;
        line = trimmed[..^1];
        return true;
    }

    private static bool AnnouncesDocuments(SyntaxNode node)
    {
        var inner = node is { Value: "onbuild", Next.Children: [var triggered] } ? triggered : node;
        return inner is { Value: "add" or "copy" or "run", IsJson: false } && node.Original.Contains("<<", StringComparison.Ordinal);
    }

    private List<Heredoc> ReadDocuments(string line, int start)
    {
        var documents = new List<Heredoc>();
        foreach (var announced in Heredoc.Announced(line))
        {
            var begin = _next;
            while (true)
            {
                if (_next == _lines.Length) throw new DockerfileException($"unterminated heredoc: no line is {announced.Name}", start, $"<<{announced.Name}");
                var candidate = Content(_lines[_next++]);
                if ((announced.StripTabs ? candidate.TrimStart('\t') : candidate) == announced.Name) break;
            }

            documents.Add(announced with { Content = string.Concat(_lines[begin..(_next - 1)]) });
        }

        return documents;
    }

    private static string Content(string line) => line.TrimEnd('\n', '\r');

    /// <summary>The lines with their ends: a document's content keeps them.</summary>
    private static string[] SplitLines(string text)
    {
        var lines = new List<string>();
        for (var at = 0; at < text.Length;)
        {
            var end = text.IndexOf('\n', at);
            end = end < 0 ? text.Length : end + 1;
            lines.Add(text[at..end]);
            at = end;
        }

        return [.. lines];
    }
}
