using Paas.Build.Dockerfiles.Instructions;

namespace Paas.Build.Dockerfiles.Building;

/// <summary>Which stages a stage needs, as far as its text says: the base that only a variable names is found when it is wanted.</summary>
internal static class StageOrder
{
    /// <summary>The stage itself and all it needs, earliest first.</summary>
    public static IReadOnlyList<Stage> Needed(Dockerfile file, Stage target)
    {
        var needed = new SortedSet<int> { target.Index };
        var pending = new Stack<Stage>([target]);
        while (pending.TryPop(out var stage))
        {
            foreach (var other in References(stage).Select(reference => file.FindStage(reference, stage.Index)).OfType<Stage>())
            {
                if (needed.Add(other.Index)) pending.Push(other);
            }
        }

        return [.. needed.Select(index => file.Stages[index])];
    }

    private static IEnumerable<string> References(Stage stage)
    {
        // A number in FROM is an image's name.
        if (!int.TryParse(stage.Base, out _)) yield return stage.Base;
        foreach (var instruction in stage.Instructions)
        {
            if (instruction is CopyInstruction { Flags.From: { } from }) yield return from;
            if (instruction is not RunInstruction run) continue;
            foreach (var field in run.Mounts.SelectMany(mount => mount.Split(',')).Where(field => field.StartsWith("from=", StringComparison.Ordinal)))
            {
                yield return field["from=".Length..];
            }
        }
    }
}
