using Paas.Build.Dockerfiles.Checks;
using Paas.Build.Dockerfiles.Instructions;
using Paas.Build.Dockerfiles.Syntax;
using Paas.Build.Dockerfiles.Words;
using Paas.Contracts.Sources;
using Paas.Images.Layers;
using Paas.Oci;
using Paas.Oci.Images;

namespace Paas.Build.Dockerfiles.Building;

/// <summary>Builds one stage, instruction by instruction. Belongs to one task.</summary>
internal sealed partial class StageBuilder(BuildSession session, Stage stage)
{
    private RootLayers _root = RootLayers.None;
    private ImageState _state = null!;
    private StageScope _scope = null!;
    private DateTimeOffset? _last;
    private int _step;

    private char Escape => session.File.Tree.Directives.Escape;

    private DateTimeOffset Now => session.Epoch ?? session.Time.GetUtcNow();

    /// <exception cref="DockerfileException">An instruction failed.</exception>
    public async Task<BuiltStage> BuildAsync(CancellationToken ct)
    {
        await BeginAsync(ct);
        foreach (var trigger in TakeTriggers()) await RunAsync(trigger, ct);
        foreach (var instruction in stage.Instructions) await RunAsync(instruction, ct);
        return new BuiltStage(_root, _state.ToConfig(_root.DiffIds, _last ?? Now), _scope);
    }

    private async Task BeginAsync(CancellationToken ct)
    {
        var name = ExpandFrom(stage.Base);
        if (name.Length == 0) throw new DockerfileException($"base name ({stage.Base}) should not be blank", stage.Node.StartLine, stage.Base, "Give the build argument a value: --build-arg NAME=VALUE.");
        var step = session.Steps.Begin(Title($"FROM {name}"));
        var before = session.File.Stages.Take(stage.Index).LastOrDefault(other => string.Equals(other.Name, name, StringComparison.OrdinalIgnoreCase));
        var below = before is not null ? await session.StageAsync(before) : null;
        if (below is not null) _root = below.Root;
        var config = below?.Config ?? await FindBaseAsync(name, step, ct);
        _state = new ImageState(config);
        _scope = new StageScope(_state.Environment, below?.Scope);
        _last = config.Created;
        step.MarkDone();
    }

    private async Task<ImageConfig> FindBaseAsync(string name, BuildSteps.Step step, CancellationToken ct)
    {
        var platform = stage.Platform is { } text ? BuildSession.PlatformOf(ExpandFrom(text), stage.Node.StartLine) : session.Platform;
        if (name == "scratch") return ImageState.Scratch(platform);
        try
        {
            var image = await session.BaseImages.FindAsync(name, platform, step.Write, ct);
            if (image.Config.Os != platform.Os || image.Config.Architecture != platform.Architecture)
                throw new BuildException($"the image {name} is for {image.Config.Os}/{image.Config.Architecture}, not for {platform.Os}/{platform.Architecture}");
            _root = RootLayers.Of(image);
            return image.Config;
        }
        catch (BuildException error)
        {
            throw new DockerfileException(error.Message, stage.Node.StartLine, stage.Base, error.Hint, error);
        }
    }

    private List<Instruction> TakeTriggers()
    {
        var triggers = new List<Instruction>();
        foreach (var text in _state.Triggers)
        {
            foreach (var node in DockerfileReader.Read(text).Instructions)
            {
                node.StartLine = node.EndLine = stage.Node.StartLine;
                triggers.Add(InstructionParser.Parse(node));
            }
        }

        _state.Triggers.Clear();
        return triggers;
    }

    private async Task RunAsync(Instruction instruction, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        try
        {
            switch (instruction)
            {
                case RunInstruction run:
                    await RunCommandAsync(run, ct);
                    break;
                case CopyInstruction copy:
                    await CopyAsync(copy, ct);
                    break;
                case TextInstruction { Node.Value: "workdir" } text:
                    await WorkdirAsync(text, ct);
                    break;
                default:
                    Configure(instruction);
                    break;
            }
        }
        catch (FormatException error)
        {
            throw new DockerfileException(error.Message, instruction.Line, inner: error);
        }
        catch (IOException error) when (error is Paas.Images.Trees.TreeCopyException or Paas.Images.Trees.TreeTooDeepException)
        {
            throw new DockerfileException(error.Message, instruction.Line, inner: error);
        }
    }

    private async Task WorkdirAsync(TextInstruction instruction, CancellationToken ct)
    {
        var path = Expand(instruction.Text, instruction);
        if (!path.StartsWith('/') && !_scope.HasWorkdir)
            session.Warn(CheckRule.WorkdirRelativePath, $"Relative workdir \"{path}\" can have unexpected results if the base image changes", instruction);
        _scope.HasWorkdir = true;
        var slash = path.EndsWith('/') ? "/" : "";
        path = CleanPath.Join(_state.WorkingDirectory, path);
        _state.WorkingDirectory = path == "/" ? path : path + slash;
        var key = new StepKey("workdir/1").Add(_root.Chain).Add(path).Add(_state.User).Add(EpochText);
        await StepAsync(instruction, key.ToDigest(), $"WORKDIR {path}", _ => MakeDirectoryAsync(path, ct));
    }

    /// <summary>Does a step that may make a layer, or takes what it made before.</summary>
    /// <param name="instruction">Which.</param>
    /// <param name="key">Everything it depends on.</param>
    /// <param name="history">What the image's history says of it.</param>
    /// <param name="make">Does it.</param>
    private async Task StepAsync(Instruction instruction, Digest key, string history, Func<BuildSteps.Step, Task<Layer?>> make)
    {
        var step = BeginStep(instruction);
        if (!session.Config.NoCache && session.Cache.Find(key) is { } known)
        {
            step.MarkCached();
            Take(known, history);
            return;
        }

        var result = new StepResult(await make(step), Now);
        session.Cache.Save(key, result);
        step.MarkDone();
        Take(result, history);
    }

    private void Take(StepResult result, string history)
    {
        if (result.Layer is { } layer) _root = _root.With(layer);
        _last = session.Epoch ?? result.Created;
        _state.AddHistory(history, _last.Value, result.Layer is not null);
    }

    private BuildSteps.Step BeginStep(Instruction instruction) =>
        session.Steps.Begin(Title(string.Join(' ', instruction.Node.Original.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))));

    private string Title(string text)
    {
        var count = 1 + stage.Instructions.Count(instruction => instruction is RunInstruction or CopyInstruction or TextInstruction { Node.Value: "workdir" });
        var position = Math.Min(++_step, count);
        var name = session.File.Stages.Count > 1 ? $"{stage.Title} " : "";
        return $"[{name}{position}/{count}] {text}";
    }

    private string EpochText => $"{session.Epoch?.ToUnixTimeSeconds()}";

    private string Expand(string text, Instruction instruction) => ExpandAll(text, instruction).Text;

    private ExpandedText ExpandAll(string text, Instruction instruction)
    {
        var expanded = new WordExpansion(Escape, _scope.Variables).Expand(text);
        foreach (var name in expanded.Unset.Where(name => !_scope.Declares(name)))
        {
            var near = Spelling.Nearest(name, _scope.Variables.Keys);
            session.Warn(CheckRule.UndefinedVar, $"Usage of undefined variable '${name}'{(near is null ? "" : $" (did you mean ${near}?)")}", instruction);
        }

        return expanded;
    }

    private string ExpandFrom(string text)
    {
        try
        {
            var global = session.Arguments.Global;
            var expanded = new WordExpansion(Escape, global).Expand(text);
            foreach (var name in expanded.Unset.Where(name => !session.Arguments.IsGlobal(name)))
            {
                var near = Spelling.Nearest(name, global.Keys);
                session.Warn(CheckRule.UndefinedArgInFrom, $"FROM argument '{name}' is not declared{(near is null ? "" : $" (did you mean {near}?)")}", stage);
            }

            return expanded.Text;
        }
        catch (FormatException error)
        {
            throw new DockerfileException(error.Message, stage.Node.StartLine, text, inner: error);
        }
    }
}
