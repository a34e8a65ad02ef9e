using Paas.Build.Dockerfiles.Checks;
using Paas.Build.Dockerfiles.Copying;
using Paas.Build.Dockerfiles.Instructions;
using Paas.Build.Dockerfiles.Syntax;
using Paas.Build.Dockerfiles.Words;
using Paas.Build.Sources;
using Paas.Contracts.Sources;
using Paas.Images.Layers;
using Paas.Images.Trees;

namespace Paas.Build.Dockerfiles.Building;

/// <content><c>COPY</c>, <c>ADD</c>, and the directory of <c>WORKDIR</c>.</content>
internal sealed partial class StageBuilder
{
    private async Task CopyAsync(CopyInstruction instruction, CancellationToken ct)
    {
        var work = Path.Combine(session.Config.WorkDirectory, $"copy-{Guid.NewGuid():N}");
        var inputs = new List<CopyInput>();
        try
        {
            var sources = instruction.Sources.Select(source => SourceOf(source, instruction)).ToList();
            CheckRemotes(instruction, sources);
            var destination = DestinationOf(instruction, sources.Count);
            inputs.AddRange(await InputsAsync(instruction, sources, destination, work, ct));
            var key = new StepKey("copy/2").Add(IsLink(instruction) ? null : _root.Chain).Add(EpochText);
            foreach (var input in inputs) await Task.Run(() => input.Execution.AddTo(key, ct), ct);
            var history = $"{instruction.Name} {string.Join(' ', sources.Select(source => source.Shown))} {Expand(instruction.Destination, instruction)}";
            await StepAsync(instruction, key.ToDigest(), history, _ => ApplyAsync(inputs, IsLink(instruction) ? RootLayers.None : _root, work, ct));
        }
        finally
        {
            foreach (var input in inputs) input.Dispose();
            TreeRemoval.Remove(work);
        }
    }

    // As with BuildKit, which does not link what gets other permissions.
    private static bool IsLink(CopyInstruction instruction) => instruction.Flags is { Link: true, Mode: null };

    private CopySource SourceOf(string text, CopyInstruction instruction)
    {
        if (!instruction.Node.IsJson && Heredoc.TryParse(text) is { } announced)
        {
            var document = instruction.Node.Heredocs.First(candidate => candidate.Name == announced.Name);
            return new CopySource(document.Name, document, $"<<{document.Name}");
        }

        var path = Expand(text, instruction);
        return new CopySource(path, null, path);
    }

    private static void CheckRemotes(CopyInstruction instruction, List<CopySource> sources)
    {
        if (!instruction.IsAdd && sources.FirstOrDefault(source => source.IsRemote) is { } remote)
            throw new DockerfileException($"source can't be {(RemoteSource.IsGit(remote.Text) ? "a git ref" : "a URL")} for COPY", instruction.Line, remote.Text, "ADD fetches it.");
        if (instruction.Flags.Checksum is not { } checksum) return;
        if (sources.Count != 1) throw new DockerfileException("checksum can't be specified for multiple sources", instruction.Line, checksum, "Give each source an ADD of its own.");
        if (!sources[0].IsRemote) throw new DockerfileException("checksum requires HTTP(S) or Git sources", instruction.Line, checksum);
    }

    private string DestinationOf(CopyInstruction instruction, int sources)
    {
        var text = Expand(instruction.Destination, instruction);
        var isDirectory = text is "" or "." || text.EndsWith('/') || text.EndsWith("/.", StringComparison.Ordinal);
        if (sources > 1 && !isDirectory)
            throw new DockerfileException($"When using {instruction.Name} with more than one source file, the destination must be a directory and end with a /", instruction.Line, instruction.Destination);
        var path = CleanPath.Join(_state.WorkingDirectory, text);
        return isDirectory && path != "/" ? $"{path}/" : path;
    }

    private async Task<List<CopyInput>> InputsAsync(CopyInstruction instruction, List<CopySource> sources, string destination, string work, CancellationToken ct)
    {
        var plan = await PlanAsync(instruction, destination, ct);
        var inputs = new List<CopyInput>();
        var documents = sources.Where(source => source.Document is not null).ToList();
        if (documents.Count > 0) inputs.Add(Documents(instruction, documents, plan, work));
        foreach (var remote in sources.Where(source => instruction.IsAdd && source.IsRemote)) inputs.Add(await RemoteAsync(instruction, remote, plan, work, ct));
        var local = sources.Where(source => source.Document is null && !(instruction.IsAdd && source.IsRemote)).Select(source => source.Text).ToList();
        if (local.Count == 0) return inputs;

        var root = instruction.Flags.From is { } from ? await FindSourceAsync(from, instruction, ct) : null;
        var opened = await OpenAsync(root, ct);
        inputs.Add(new CopyInput(opened, new CopyExecution(plan with { Items = Find(opened.Tree, local, instruction) }, opened.Tree, root is null)));
        return inputs;
    }

    private async Task<CopyPlan> PlanAsync(CopyInstruction instruction, string destination, CancellationToken ct)
    {
        var flags = instruction.Flags;
        var mode = flags.Mode is { } modeText ? Expand(modeText, instruction) : null;
        return new CopyPlan([], destination)
        {
            Owner = flags.Owner is { } owner ? await OwnerAsync(Expand(owner, instruction), ct) : null,
            Mode = mode is null ? null : ModeChange.Parse(mode),
            ModeText = mode,
            Exclude = [.. flags.Exclude.Select(pattern => Expand(pattern, instruction))],
            Parents = flags.Parents,
            Link = flags.Link,
            Unpack = instruction.IsAdd && (flags.Unpack ?? true),
        };
    }

    private async Task<LayerOwner> OwnerAsync(string owner, CancellationToken ct)
    {
        if (!OwnerName.NeedsImage(owner)) return OwnerName.Resolve(owner, null);
        using var opened = await OpenAsync(_root, ct);
        return OwnerName.Resolve(owner, opened.Tree);
    }

    private IReadOnlyList<CopyItem> Find(FileTree tree, List<string> sources, CopyInstruction instruction)
    {
        foreach (var ignored in sources.Where(source => IsIgnored(source, instruction.Flags.From)))
        {
            session.Warn(CheckRule.CopyIgnoredFile, $"Attempting to {(instruction.IsAdd ? "Add" : "Copy")} file \"{ignored}\" that is excluded by .dockerignore", instruction);
        }

        try
        {
            return CopySources.Find(tree, sources, instruction.Flags.Parents);
        }
        catch (FormatException error)
        {
            var missing = sources.First(source => error.Message.Contains($"\"{source}\"", StringComparison.Ordinal));
            throw new DockerfileException(error.Message, instruction.Line, missing, IgnoredHint(missing, instruction.Flags.From), error);
        }
    }

    private bool IsIgnored(string source, string? from) => from is null && session.Ignored.Ignores(CleanPath.Of($"/{source}").TrimStart('/'));

    private string? IgnoredHint(string source, string? from) => IsIgnored(source, from)
        ? ".dockerignore takes it away; add a line that begins with ! to bring it back."
        : null;

    private CopyInput Documents(CopyInstruction instruction, List<CopySource> sources, CopyPlan plan, string work)
    {
        var directory = Directory.CreateDirectory(Path.Combine(work, "documents")).FullName;
        foreach (var (name, document, _) in sources)
        {
            var text = document!.Expand
                ? new WordExpansion('\\', _scope.Variables) { IgnoreQuotes = true }.Expand(document.Text).Text
                : document.Text;
            var path = Path.Combine(directory, name);
            if (Path.GetDirectoryName(path) != directory) throw new DockerfileException($"a document cannot be named {name}", instruction.Line, name);
            File.WriteAllText(path, text);
            File.SetUnixFileMode(path, (UnixFileMode)0x1a4);
            // The time of a document is that of nothing in particular.
            File.SetLastWriteTimeUtc(path, LayerOptions.ReproducibleTime.UtcDateTime);
        }

        var tree = FileTree.Of(directory);
        var items = sources.Select(source => new CopyItem(FileTree.Raw(source.Text), 0)).ToList();
        return new CopyInput(new LayerWorkshop.OpenedRoot(tree, () => { }), new CopyExecution(plan with { Items = items, Unpack = false, Parents = false }, tree, isContext: true));
    }

    private static async Task<CopyInput> RemoteAsync(CopyInstruction instruction, CopySource source, CopyPlan plan, string work, CancellationToken ct)
    {
        var directory = Directory.CreateDirectory(Path.Combine(work, $"remote-{Guid.NewGuid():N}")).FullName;
        var fetched = await RemoteSource.FetchAsync(source.Text, directory, plan.Destination, instruction.Flags, ct);
        var tree = FileTree.Of(directory);
        var unpack = fetched.IsFile && instruction.Flags.Unpack == true;
        var remote = plan with { Items = [new CopyItem(FileTree.Raw(fetched.Path), 0)], Unpack = unpack, Parents = false };
        return new CopyInput(new LayerWorkshop.OpenedRoot(tree, () => { }), new CopyExecution(remote, tree, isContext: true));
    }

    private async Task<Layer?> ApplyAsync(List<CopyInput> inputs, RootLayers below, string work, CancellationToken ct) =>
        await session.Workshop.MakeAsync(
            below,
            (_, snapshot) => Task.Run(
                async () =>
                {
                    Directory.CreateDirectory(work);
                    using var target = FileTree.Of(snapshot);
                    foreach (var input in inputs) await input.Execution.RunAsync(target, work, session.Epoch, ct);
                },
                ct),
            ct);

    /// <summary>The root filesystem that <c>--from</c> names: a stage before this one, or an image.</summary>
    private async Task<RootLayers> FindSourceAsync(string from, Instruction instruction, CancellationToken ct)
    {
        if (from.TrimEnd('$').Contains('$', StringComparison.Ordinal)) throw NoVariable(from, instruction);
        if (session.File.FindStage(from, stage.Index) is { } other) return (await session.StageAsync(other)).Root;
        if (string.Equals(from, stage.Name, StringComparison.OrdinalIgnoreCase) || from == $"{stage.Index}")
            throw new DockerfileException($"invalid from flag value {from}: it refers to the current build stage", instruction.Line, from);
        try
        {
            if (from == "scratch") return RootLayers.None;
            return RootLayers.Of(await session.BaseImages.FindAsync(from, session.Platform, static _ => { }, ct));
        }
        catch (BuildException error)
        {
            throw new DockerfileException(error.Message, instruction.Line, from, error.Hint, error);
        }
    }

    private static DockerfileException NoVariable(string from, Instruction instruction) => new(
        "from doesn't support variable expansion", instruction.Line, from, $"Define a stage for it, FROM {from} AS name, with an ARG before the first FROM, and name that stage.");

    private async Task<LayerWorkshop.OpenedRoot> OpenAsync(RootLayers? root, CancellationToken ct) => root is null
        ? new LayerWorkshop.OpenedRoot(FileTree.Of(session.Config.ContextDirectory), () => { })
        : await session.Workshop.OpenAsync(root, ct);

    private async Task<Layer?> MakeDirectoryAsync(string path, CancellationToken ct)
    {
        LayerOwner? owner;
        using (var opened = await OpenAsync(_root, ct))
        {
            if (opened.Tree.Status(FileTree.Raw(path)) is { } status)
                return status.IsDirectory ? null : throw new FormatException($"cannot make the directory {path}: there is a file");
            owner = string.IsNullOrEmpty(_state.User) ? null : OwnerName.Resolve(_state.User, opened.Tree);
        }

        return await session.Workshop.MakeAsync(
            _root,
            (_, snapshot) => Task.Run(
                () =>
                {
                    using var target = FileTree.Of(snapshot);
                    new TreeCopier(target, target, new TreeCopyOptions { Owner = owner }).MakeDirectory(FileTree.Raw(path));
                },
                ct),
            ct);
    }

    /// <summary>One source as written.</summary>
    /// <param name="Text">Path, pattern, address, or a document's name.</param>
    /// <param name="Document">Null for everything else.</param>
    /// <param name="Shown">In the history.</param>
    private sealed record CopySource(string Text, Heredoc? Document, string Shown)
    {
        public bool IsRemote => Document is null && RemoteSource.IsRemote(Text);
    }

    /// <summary>Sources of one kind, open.</summary>
    private sealed record CopyInput(LayerWorkshop.OpenedRoot Opened, CopyExecution Execution) : IDisposable
    {
        public void Dispose() => Opened.Dispose();
    }
}
