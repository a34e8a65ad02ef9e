using Paas.Build.Dockerfiles.Instructions;
using Paas.Build.Dockerfiles.Syntax;

namespace Paas.Build.Dockerfiles.Checks;

/// <summary>The checks that need no variable's value.</summary>
internal static class StaticChecks
{
    private static readonly string[] SingleInstructions = ["cmd", "entrypoint", "healthcheck"];

    /// <summary>What they find, in the order of the lines.</summary>
    public static IReadOnlyList<CheckWarning> Of(SyntaxTree tree, IReadOnlyList<Stage> stages) =>
    [
        .. Casing(tree.Instructions.SkipWhile(node => node.Value != "from"))
            .Concat(stages.SelectMany(stage => OfStage(stage, stages)))
            .Concat(tree.Instructions.SelectMany(OfInstruction))
            .OrderBy(warning => warning.Line),
    ];

    private static IEnumerable<CheckWarning> Casing(IEnumerable<SyntaxNode> nodes)
    {
        var written = nodes.Select(node => (Node: node, Name: node.Original.TrimStart().Split([' ', '\t'], 2)[0])).ToList();
        var lower = written.Count(entry => IsLower(entry.Name));
        var upper = written.Count(entry => IsUpper(entry.Name));
        var preferLower = lower > upper;
        foreach (var (node, name) in written)
        {
            if (preferLower ? IsLower(name) : IsUpper(name)) continue;
            yield return At(node, CheckRule.ConsistentInstructionCasing, $"Command '{name}' should match the case of the command majority ({(preferLower ? "lowercase" : "uppercase")})");
        }
    }

    private static IEnumerable<CheckWarning> OfStage(Stage stage, IReadOnlyList<Stage> stages)
    {
        var words = stage.Node.Original.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (stage.WrittenName is { } name)
        {
            if (name != stage.Name) yield return At(stage.Node, CheckRule.StageNameCasing, $"Stage name '{name}' should be lowercase");
            if (stage.Name is "scratch" or "context") yield return At(stage.Node, CheckRule.ReservedStageName, $"Stage name should not use the same name as reserved stage \"{stage.Name}\"");
            if (stages.Take(stage.Index).Any(other => other.Name == stage.Name)) yield return At(stage.Node, CheckRule.DuplicateStageName, $"Duplicate stage name \"{name}\", stage names should be unique");
            var keyword = words[^2];
            if (IsLower(keyword) != IsLower(words[0])) yield return At(stage.Node, CheckRule.FromAsCasing, $"'{keyword}' and '{words[0]}' keywords' casing do not match");
        }

        if (stage.Platform is { } platform)
        {
            if (platform is "$TARGETPLATFORM" or "${TARGETPLATFORM}")
                yield return At(stage.Node, CheckRule.RedundantTargetPlatform, $"Setting platform to predefined {platform} in FROM is redundant as this is the default behavior");
            // A stage that is called by it means it.
            if (!platform.Contains('$') && !platform.Split('/').Any(part => stage.Name?.Contains(part, StringComparison.OrdinalIgnoreCase) == true))
                yield return At(stage.Node, CheckRule.FromPlatformFlagConstDisallowed, $"FROM --platform flag should not use constant value \"{platform}\"");
        }

        foreach (var kind in SingleInstructions)
        {
            var found = stage.Instructions.Where(instruction => instruction.Node.Value == kind).SkipLast(1);
            foreach (var instruction in found)
            {
                yield return At(instruction.Node, CheckRule.MultipleInstructionsDisallowed, $"Multiple {instruction.Name} instructions should not be used in the same stage because only the last one will be used");
            }
        }

        // A SHELL before it has said how commands are wanted to be run.
        var unsaid = HasShell(stage, stages) ? [] : stage.Instructions.TakeWhile(instruction => instruction is not ShellInstruction);
        foreach (var command in unsaid.Where(instruction => instruction is CommandInstruction { ForShell: true, Arguments.Count: > 0 } and not RunInstruction))
        {
            yield return At(command.Node, CheckRule.JSONArgsRecommended, $"JSON arguments recommended for {command.Name} to prevent unintended behavior related to OS signals");
        }
    }

    private static bool HasShell(Stage stage, IReadOnlyList<Stage> stages)
    {
        while (stages.Take(stage.Index).LastOrDefault(other => string.Equals(other.Name, stage.Base, StringComparison.OrdinalIgnoreCase)) is { } below)
        {
            if (below.Instructions.Any(instruction => instruction is ShellInstruction)) return true;
            stage = below;
        }

        return false;
    }

    private static IEnumerable<CheckWarning> OfInstruction(SyntaxNode node)
    {
        switch (node.Value)
        {
            case "maintainer":
                yield return At(node, CheckRule.MaintainerDeprecated, "Maintainer instruction is deprecated in favor of using label");
                break;
            case "env" or "label" when node.Arguments is [_, _, ""]:
                var name = node.Value.ToUpperInvariant();
                yield return At(node, CheckRule.LegacyKeyValueFormat, $"\"{name} key=value\" should be used instead of legacy \"{name} key value\" format");
                break;
        }

        foreach (var variable in Variables(node).Where(SecretNames.IsSecret))
        {
            yield return At(node, CheckRule.SecretsUsedInArgOrEnv, $"Do not use ARG or ENV instructions for sensitive data ({node.Value.ToUpperInvariant()} \"{variable}\")");
        }

        string[] named = node.Value == "from" ? node.Arguments is [_, _, var stage] ? [stage] : [] : node.Value == "arg" ? [.. Variables(node)] : [];
        if (named.Length == 0 || node.Comments is not [.., var comment] || named.Contains(comment.Split(' ')[0])) yield break;
        yield return At(
            node, CheckRule.InvalidDefinitionDescription,
            $"Comment for {node.Value.ToUpperInvariant()} should follow the format: `# {(named.Length > 1 ? "<arg_key>" : named[0])} <description>`. If it describes something else, add an empty line between the two.");
    }

    private static IEnumerable<string> Variables(SyntaxNode node) => node.Value switch
    {
        "env" => node.Arguments.Where((_, index) => index % 3 == 0),
        "arg" => node.Arguments.Select(word => word.Split('=')[0]),
        _ => [],
    };

    private static bool IsLower(string word) => !word.Any(char.IsUpper);

    private static bool IsUpper(string word) => !word.Any(char.IsLower);

    private static CheckWarning At(SyntaxNode node, CheckRule rule, string message) => new(rule, message, node.StartLine, node.EndLine);
}
