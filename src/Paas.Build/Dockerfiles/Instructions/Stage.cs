using Paas.Build.Dockerfiles.Checks;
using Paas.Build.Dockerfiles.Syntax;

namespace Paas.Build.Dockerfiles.Instructions;

/// <summary>From one <c>FROM</c> to the next.</summary>
/// <param name="Node">The <c>FROM</c>.</param>
/// <param name="Index">Counted from 0.</param>
/// <param name="Base">Image or stage, variables not yet expanded.</param>
/// <param name="Name">In lower case; null where it has none.</param>
/// <param name="WrittenName">The name as it is written.</param>
/// <param name="Platform">Of <c>--platform</c>, not yet expanded.</param>
/// <param name="Instructions">What follows.</param>
internal sealed record Stage(
    SyntaxNode Node, int Index, string Base, string? Name, string? WrittenName, string? Platform, IReadOnlyList<Instruction> Instructions)
{
    /// <summary>What its steps are called in the output.</summary>
    public string Title => Name ?? $"stage-{Index}";
}

/// <summary>A Dockerfile understood.</summary>
/// <param name="GlobalArgs">The <c>ARG</c>s before the first <c>FROM</c>.</param>
/// <param name="Stages">At least one.</param>
/// <param name="Tree">What it was read from.</param>
/// <param name="Warnings">What can be said before it is built.</param>
internal sealed record Dockerfile(
    IReadOnlyList<ArgInstruction> GlobalArgs, IReadOnlyList<Stage> Stages, SyntaxTree Tree, IReadOnlyList<CheckWarning> Warnings)
{
    /// <summary>Reads and understands a file.</summary>
    /// <exception cref="DockerfileException">It is none; says the line.</exception>
    public static Dockerfile Parse(string text)
    {
        var tree = DockerfileReader.Read(text);
        var stages = new List<Stage>();
        var globals = new List<ArgInstruction>();
        var current = new List<Instruction>();
        foreach (var node in tree.Instructions)
        {
            if (node.Value == "from")
            {
                current = [];
                stages.Add(FromInstruction.Parse(node, stages.Count, current));
                continue;
            }

            var instruction = InstructionParser.Parse(node);
            if (stages.Count > 0) current.Add(instruction);
            else if (instruction is ArgInstruction arg) globals.Add(arg);
            else throw new DockerfileException("no build stage in current context", node.StartLine, hint: "The first instruction must be FROM; only ARG may stand before it.");
        }

        if (stages.Count == 0) throw new DockerfileException("dockerfile contains no stages to build", 0, hint: "Begin with a line FROM IMAGE.");
        var checks = StaticChecks.Of(tree, stages);
        return new Dockerfile(globals, stages, tree, [.. tree.Warnings, .. checks]);
    }

    /// <summary>The stage of a name or number; null where there is none.</summary>
    /// <param name="reference">As in <c>--from</c> and <c>--target</c>.</param>
    /// <param name="before">Only stages before this one can be meant.</param>
    public Stage? FindStage(string reference, int before)
    {
        var named = Stages.Take(before).LastOrDefault(stage => string.Equals(stage.Name, reference, StringComparison.OrdinalIgnoreCase));
        if (named is not null) return named;
        return int.TryParse(reference, System.Globalization.NumberStyles.None, null, out var index) && index < before ? Stages[index] : null;
    }
}
