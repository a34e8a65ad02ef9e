using Microsoft.Win32.SafeHandles;
using Paas.Images.Interop;
using Paas.Images.Layers;
using Paas.Linux;

namespace Paas.Images.Stacks;

/// <summary>
/// Builds the stack, the images that apps are built in and run on, from Debian packages by mmdebstrap. Needs root. The run
/// image is one layer; the build image adds one to it.
/// </summary>
public sealed class StackBuilder(ImageStore images, StackOptions options)
{
    private const string SearchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private readonly StackRecipe _recipe = new(options);

    public ImageStore Images { get; } = images;

    public StackOptions Options { get; } = options;

    /// <summary>The stack of this recipe, if the store has it; null otherwise.</summary>
    public async Task<Stack?> FindAsync(CancellationToken cancellationToken)
    {
        var run = await Images.FindAsync(Options.RunReference, cancellationToken);
        var build = await Images.FindAsync(Options.BuildReference, cancellationToken);
        return run is not null && build is not null && IsOfRecipe(run) && IsOfRecipe(build) ? new Stack(run, build) : null;
    }

    /// <summary>Builds both images and sets their references, or returns at once when the store has them of this recipe.</summary>
    /// <param name="output">Receives progress, a line each; from any thread, one at a time.</param>
    /// <param name="cancellationToken">Ends the programs at once; nothing is left.</param>
    /// <exception cref="StackException">It cannot be built; the message says what is missing.</exception>
    public async Task<Stack> BuildAsync(Action<string> output, CancellationToken cancellationToken)
    {
        if (!Options.Force && await FindAsync(cancellationToken) is { } existing) return existing;
        Directory.CreateDirectory(Options.WorkDirectory);
        using var only = await LockAsync(output, cancellationToken);
        using var lease = Images.Content.Lease();
        return await ReuseAsync(output, cancellationToken) ?? await BuildAnewAsync(output, cancellationToken);
    }

    private static bool IsOfRecipe(Image image, StackRecipe recipe) =>
        image.Config.Config?.Labels?.GetValueOrDefault(StackRecipe.Label) == recipe.Digest.ToString();

    private bool IsOfRecipe(Image image) => IsOfRecipe(image, _recipe);

    private async Task<SafeFileHandle> LockAsync(Action<string> output, CancellationToken cancellationToken)
    {
        var file = Files.Open(Path.Combine(Options.WorkDirectory, "lock"), Native.O_RDWR | Native.O_CREAT, 0x180);
        if (Files.Lock(file, wait: false)) return file;
        output("waiting for another build of the stack");
        while (!Files.Lock(file, wait: false)) await Task.Delay(TimeSpan.FromMilliseconds(200), cancellationToken);
        return file;
    }

    private async Task<Stack?> ReuseAsync(Action<string> output, CancellationToken cancellationToken)
    {
        if (Options.Force) return null;
        if (await FindAsync(cancellationToken) is { } existing) return existing;
        if (Cache() is not { } cache || !await cache.TryCopyToAsync(Images, cancellationToken)) return null;
        output("taken from the cache");
        return await FindAsync(cancellationToken);
    }

    private StackCache? Cache() => Options.CacheDirectory is { } directory ? new StackCache(directory, _recipe, Options) : null;

    private async Task<Stack> BuildAnewAsync(Action<string> output, CancellationToken cancellationToken)
    {
        StackProcess.CheckHost();
        using var work = new WorkSpace(Options.WorkDirectory);
        var began = DateTimeOffset.UtcNow;
        var layerOptions = new LayerOptions { ModifiedAt = Options.SourceDate, KeepTimesBefore = began };

        output($"run image: Debian {Options.Suite}");
        var root = await AssembleAsync(work, "run", StackScripts.Run, work.Directory("empty"), _recipe.RunPackages, output, cancellationToken);
        output("build image: compilers and tools upon it");
        var runLayer = LayerWriter.WriteDirectoryAsync(Images.Content, root, layerOptions, cancellationToken);
        var changes = await AssembleAsync(work, "build", StackScripts.Build, root, _recipe.BuildPackages, output, cancellationToken);
        output("storing the images");
        var buildLayer = await LayerWriter.WriteChangesAsync(Images.Content, changes, layerOptions, cancellationToken);

        var run = await CommitRunAsync(await runLayer, cancellationToken);
        var build = await CommitBuildAsync(run, buildLayer, cancellationToken);
        Images.Content.SetReference(Options.RunReference, run.Descriptor);
        Images.Content.SetReference(Options.BuildReference, build.Descriptor);
        if (Cache() is { } cache) await cache.CopyFromAsync(Images, cancellationToken);
        return new Stack(run, build);
    }

    /// <returns>The directory with what the script added to <paramref name="lower"/>.</returns>
    private async Task<string> AssembleAsync(
        WorkSpace work, string name, string script, string lower, IReadOnlyList<string> packages, Action<string> output, CancellationToken cancellationToken)
    {
        var directory = work.Directory(name);
        foreach (var part in (string[])["upper", "work", "root"]) Directory.CreateDirectory(Path.Combine(directory, part));
        var environment = new Dictionary<string, string>
        {
            ["LC_ALL"] = "C.UTF-8",
            ["LOWER"] = lower,
            ["PACKAGES"] = string.Join(',', packages),
            ["PATH"] = SearchPath,
            ["SOURCE_DATE_EPOCH"] = $"{Options.SourceDate.ToUnixTimeSeconds()}",
            ["SUITE"] = Options.Suite,
            ["TMPDIR"] = directory,
            ["WORK"] = directory,
        };
        await StackProcess.RunAsync(script, environment, Options.Mirrors, output, cancellationToken);
        return Path.Combine(directory, "upper");
    }

    private Task<Image> CommitRunAsync(Layer layer, CancellationToken cancellationToken)
    {
        var builder = ImageBuilder.From(Images, null);
        builder.Created = Options.SourceDate;
        builder.AddLayer(layer, $"paas stack: Debian {Options.Suite}: {string.Join(' ', _recipe.RunPackages)}");
        builder.Env["PATH"] = SearchPath;
        builder.Env["LANG"] = "C.UTF-8";
        builder.Entrypoint = ["/usr/bin/tini", "--"];
        builder.Command = ["/bin/bash"];
        builder.User = "1000:1000";
        builder.WorkingDirectory = "/workspace";
        builder.Labels[StackRecipe.Label] = _recipe.Digest.ToString();
        builder.Labels["io.buildpacks.base.distro.name"] = "debian";
        builder.Labels["io.buildpacks.base.distro.version"] = Options.Suite == "bookworm" ? "12" : Options.Suite;
        return builder.CommitAsync(cancellationToken);
    }

    private Task<Image> CommitBuildAsync(Image run, Layer layer, CancellationToken cancellationToken)
    {
        var builder = ImageBuilder.From(Images, run);
        builder.Created = Options.SourceDate;
        builder.AddLayer(layer, $"paas stack: {string.Join(' ', _recipe.BuildPackages)}");
        builder.Env["CNB_USER_ID"] = "1000";
        builder.Env["CNB_GROUP_ID"] = "1000";
        return builder.CommitAsync(cancellationToken);
    }

    /// <summary>The directory of one build, empty at its beginning and gone at its end.</summary>
    private sealed class WorkSpace : IDisposable
    {
        private const string Name = "build";

        private readonly string _parent;

        public WorkSpace(string parent)
        {
            _parent = parent;
            Dispose();
            System.IO.Directory.CreateDirectory(Path.Combine(parent, Name));
        }

        public string Directory(string name) => System.IO.Directory.CreateDirectory(Path.Combine(_parent, Name, name)).FullName;

        public void Dispose()
        {
            using var directory = DirectoryHandle.Open(_parent);
            directory.Remove(Name);
        }
    }
}

/// <summary>The two images of a stack.</summary>
/// <param name="Run">What apps run on: a shell, the libraries that compiled programs need, user 1000 in <c>/workspace</c>.</param>
/// <param name="Build">The same with compilers and tools.</param>
public sealed record Stack(Image Run, Image Build)
{
    /// <summary>The label of every image that has a stack below it: the digest of the recipe that the stack was built by.</summary>
    public const string RecipeLabel = "paas.stack.recipe";
}

/// <summary>A stack that cannot be built.</summary>
/// <param name="message">What failed.</param>
/// <param name="hint">What to do.</param>
/// <param name="inner">The cause, where there is one.</param>
public sealed class StackException(string message, string? hint = null, Exception? inner = null) : IOException(message, inner)
{
    public string? Hint { get; } = hint;
}
