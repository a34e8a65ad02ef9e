using Paas.Build.Dockerfiles.Building;
using Paas.Build.Tests.Apps;
using Paas.Images.Layers;
using Paas.Testing;

namespace Paas.Build.Tests.Dockerfiles.Building;

/// <summary>A Dockerfile and its context, built on a <see cref="BuildNode"/>, and what is then in the image.</summary>
internal sealed class DockerfileApp : IDisposable
{
    private readonly BuildNode _node;
    private readonly TemporaryDirectory _directory = new();
    private int _builds;

    public DockerfileApp(BuildNode node)
    {
        _node = node;
        Directory.CreateDirectory(Source);
    }

    /// <summary>Of the last build.</summary>
    public List<string> Output { get; } = [];

    public string Text => string.Join('\n', Output);

    /// <summary>Fetches base images; null has those of the store only.</summary>
    public PullImage? Pull { get; set; }

    /// <summary>The context as its author has it.</summary>
    public string Source => _directory.Combine("source");

    public string CacheDirectory => _directory.Combine("cache");

    public void Write(string path, string text, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead)
    {
        var full = Path.Combine(Source, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
        File.SetUnixFileMode(full, mode);
    }

    /// <summary>Builds the context with a Dockerfile.</summary>
    public async Task<DockerfileOutcome> BuildAsync(string dockerfile, Func<DockerfileBuildConfig, DockerfileBuildConfig>? change = null, CancellationToken ct = default)
    {
        Output.Clear();
        Write("Dockerfile", dockerfile);
        var (context, work) = (_directory.Combine("context"), _directory.Combine("work"));
        (await new Command("cp", "-a", Source, context).RunAsync()).Succeeded();
        Directory.CreateDirectory(work);
        try
        {
            var config = new DockerfileBuildConfig
            {
                App = "dockerfile", Number = ++_builds, ContextDirectory = context, WorkDirectory = work, CacheDirectory = CacheDirectory,
            };
            var builder = new DockerfileBuilder(_node.Options, _node.Images, _node.Host, TimeProvider.System, Pull);
            var outcome = await builder.BuildAsync(change?.Invoke(config) ?? config, Output.Add, ct);
            Assert.DoesNotContain(_node.Images.Snapshotter.Keys(), key => key.StartsWith("unpack-", StringComparison.Ordinal));
            return outcome;
        }
        finally
        {
            Assert.Empty(Directory.EnumerateFileSystemEntries(work));
            Directory.Delete(context, recursive: true);
            Directory.Delete(work, recursive: true);
        }
    }

    /// <summary>The layers above the base image, applied one upon the other, as <c>mode owner path [content or link]</c>.</summary>
    public async Task<IReadOnlyList<string>> FilesAsync(DockerfileOutcome outcome, string? baseImage = null)
    {
        using var root = new TemporaryDirectory();
        var below = baseImage is null ? 0 : (await _node.Images.FindAsync(baseImage, default))!.Manifest.Layers.Count;
        foreach (var layer in outcome.Image.Manifest.Layers.Skip(below))
        {
            await using var blob = _node.Images.Content.OpenRead(layer.Digest);
            await LayerReader.ApplyAsync(blob, root.Path, WhiteoutHandling.Remove, default);
        }

        // Of a content its first line or two, spaces for what cannot be shown.
        const string Script = """
            find . -mindepth 1 -printf '%m %U:%G %P' \( -type l -printf ' -> %l\n' -o -type d -printf '/\n' -o -printf ' = ' -exec sh -c 'head -c 60 "$1" | tr -c "[:print:]" " "; echo' - {} \; \) | LC_ALL=C sort -k3
            """;
        var found = (await new Command("/bin/sh", "-c", Script) { Directory = root.Path }.RunAsync()).Succeeded().Stdout;
        return [.. found.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.TrimEnd())];
    }

    public void Dispose() => _directory.Dispose();
}
