using Paas.Build.Dockerfiles.Syntax;

namespace Paas.Build.Dockerfiles.Instructions;

/// <summary>One instruction of a stage, checked as far as it can be before variables have values.</summary>
/// <param name="Node">Where it stands.</param>
internal abstract record Instruction(SyntaxNode Node)
{
    /// <summary>In upper case.</summary>
    public string Name => Node.Value.ToUpperInvariant();

    public int Line => Node.StartLine;
}

/// <summary><c>ARG</c>: variables that last to the end of the stage.</summary>
internal sealed record ArgInstruction(SyntaxNode Node, IReadOnlyList<ArgDefinition> Definitions) : Instruction(Node);

/// <summary>One variable of an <c>ARG</c>; without a default the value is null.</summary>
internal sealed record ArgDefinition(string Name, string? Default);

/// <summary><c>ENV</c> and <c>LABEL</c>.</summary>
/// <param name="Node">Where it stands.</param>
/// <param name="Pairs">Names and values, still quoted.</param>
/// <param name="IsLegacy">True for the form without <c>=</c>.</param>
internal sealed record PairsInstruction(SyntaxNode Node, IReadOnlyList<KeyValuePair<string, string>> Pairs, bool IsLegacy) : Instruction(Node);

/// <summary><c>RUN</c>, <c>CMD</c> and <c>ENTRYPOINT</c>.</summary>
/// <param name="Node">Where it stands.</param>
/// <param name="Arguments">Of the program, or one text for the shell.</param>
/// <param name="ForShell">True where the shell is to read it.</param>
internal record CommandInstruction(SyntaxNode Node, IReadOnlyList<string> Arguments, bool ForShell) : Instruction(Node);

/// <summary><c>RUN</c>.</summary>
internal sealed record RunInstruction(
    SyntaxNode Node, IReadOnlyList<string> Arguments, bool ForShell, IReadOnlyList<string> Mounts, string? Network, string? Security)
    : CommandInstruction(Node, Arguments, ForShell);

/// <summary><c>COPY</c> and <c>ADD</c>.</summary>
/// <param name="Node">Where it stands.</param>
/// <param name="Sources">All arguments but the last, still quoted; announcements of documents among them.</param>
/// <param name="Destination">The last argument.</param>
/// <param name="Flags">How it is to be done.</param>
internal sealed record CopyInstruction(SyntaxNode Node, IReadOnlyList<string> Sources, string Destination, CopyFlags Flags) : Instruction(Node)
{
    public bool IsAdd => Node.Value == "add";
}

/// <summary>The flags of <c>COPY</c> and <c>ADD</c>, still to be expanded.</summary>
internal sealed record CopyFlags
{
    /// <summary>Stage or image whose files are copied; null is the context.</summary>
    public string? From { get; init; }

    /// <summary><c>user[:group]</c>.</summary>
    public string? Owner { get; init; }

    /// <summary>Octal, or symbolic as chmod(1) has it.</summary>
    public string? Mode { get; init; }

    /// <summary>True makes a layer that depends on nothing below it.</summary>
    public bool Link { get; init; }

    /// <summary>True keeps the sources' directories; those before <c>/./</c> are dropped.</summary>
    public bool Parents { get; init; }

    /// <summary>Patterns of what is left out.</summary>
    public IReadOnlyList<string> Exclude { get; init; } = [];

    /// <summary>What a downloaded file must have, <c>sha256:…</c>.</summary>
    public string? Checksum { get; init; }

    /// <summary>True leaves <c>.git</c> in a cloned repository; null does what its address says.</summary>
    public bool? KeepGitDirectory { get; init; }

    /// <summary>Whether archives are extracted; null extracts those of the context and no downloaded ones.</summary>
    public bool? Unpack { get; init; }
}

/// <summary><c>HEALTHCHECK</c>; durations in nanoseconds, as images have them.</summary>
internal sealed record HealthcheckInstruction(
    SyntaxNode Node, IReadOnlyList<string> Test, long Interval, long Timeout, long StartPeriod, long StartInterval, int Retries)
    : Instruction(Node);

/// <summary><c>ONBUILD</c>: an instruction for the images built upon this one.</summary>
internal sealed record OnbuildInstruction(SyntaxNode Node, string Expression) : Instruction(Node);

/// <summary><c>SHELL</c>.</summary>
internal sealed record ShellInstruction(SyntaxNode Node, IReadOnlyList<string> Shell) : Instruction(Node);

/// <summary><c>VOLUME</c> and <c>EXPOSE</c>.</summary>
internal sealed record ListInstruction(SyntaxNode Node, IReadOnlyList<string> Values) : Instruction(Node);

/// <summary><c>USER</c>, <c>WORKDIR</c>, <c>STOPSIGNAL</c> and <c>MAINTAINER</c>.</summary>
internal sealed record TextInstruction(SyntaxNode Node, string Text) : Instruction(Node);
