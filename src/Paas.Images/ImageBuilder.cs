using Paas.Images.Layers;
using Paas.Oci;
using Paas.Oci.Images;

namespace Paas.Images;

/// <summary>Builds an image upon another one, or from nothing. The same steps give the same digest. Not for concurrent use.</summary>
public sealed class ImageBuilder
{
    private readonly ImageStore _store;
    private readonly ImageConfig? _baseConfig;
    private readonly List<Descriptor> _layers;
    private readonly List<Digest> _diffIds;
    private readonly List<History> _history;

    private ImageBuilder(ImageStore store, Image? baseImage)
    {
        _store = store;
        _baseConfig = baseImage?.Config;
        _layers = [.. baseImage?.Manifest.Layers ?? []];
        _diffIds = [.. baseImage?.Config.Rootfs.DiffIds ?? []];
        _history = [.. baseImage?.Config.History ?? []];
        var execution = _baseConfig?.Config;
        foreach (var variable in execution?.Env ?? [])
        {
            var equals = variable.IndexOf('=');
            Env[variable[..equals]] = variable[(equals + 1)..];
        }

        foreach (var (name, value) in execution?.Labels ?? new Dictionary<string, string>()) Labels[name] = value;
        Entrypoint = execution?.Entrypoint;
        Command = execution?.Cmd;
        User = execution?.User;
        WorkingDirectory = execution?.WorkingDir;
        StopSignal = execution?.StopSignal;
    }

    /// <summary>Time of the image and of the history entries added; a fixed one unless said, so that builds repeat.</summary>
    public DateTimeOffset Created { get; set; } = LayerOptions.ReproducibleTime;

    /// <summary>Environment by name; the base image's to begin with, as everything below.</summary>
    public IDictionary<string, string> Env { get; } = new SortedDictionary<string, string>(StringComparer.Ordinal);

    public IDictionary<string, string> Labels { get; } = new SortedDictionary<string, string>(StringComparer.Ordinal);

    public IReadOnlyList<string>? Entrypoint { get; set; }

    public IReadOnlyList<string>? Command { get; set; }

    /// <summary><c>user</c>, <c>uid</c>, <c>user:group</c> or <c>uid:gid</c>.</summary>
    public string? User { get; set; }

    public string? WorkingDirectory { get; set; }

    public string? StopSignal { get; set; }

    /// <param name="store">Where the layers are and the documents go.</param>
    /// <param name="baseImage">Its layers and configuration come first; null starts from nothing.</param>
    public static ImageBuilder From(ImageStore store, Image? baseImage) => new(store, baseImage);

    /// <summary>Puts a layer of the content store on top.</summary>
    /// <param name="layer">Must be in the content store by the time of the commit.</param>
    /// <param name="createdBy">For the image's history.</param>
    public ImageBuilder AddLayer(Layer layer, string createdBy)
    {
        _layers.Add(layer.Descriptor with { Annotations = null, Platform = null });
        _diffIds.Add(layer.DiffId);
        _history.Add(new History { Created = Created, CreatedBy = createdBy });
        return this;
    }

    /// <inheritdoc cref="AddLayer(Layer, string)"/>
    public ImageBuilder AddLayer(Descriptor descriptor, Digest diffId, string createdBy) =>
        AddLayer(new Layer(descriptor, diffId), createdBy);

    /// <summary>Writes configuration and manifest into the content store.</summary>
    /// <exception cref="ContentNotFoundException">A layer is not in the content store.</exception>
    /// <exception cref="InvalidOperationException">There is no layer: the image-spec demands one.</exception>
    public async Task<Image> CommitAsync(CancellationToken cancellationToken)
    {
        if (_layers.Count == 0) throw new InvalidOperationException("an image needs at least one layer");
        var missing = _layers.FirstOrDefault(layer => !_store.Content.Contains(layer.Digest));
        if (missing is not null) throw new ContentNotFoundException(missing.Digest);

        var config = Config();
        var configDescriptor = await _store.Content.WriteAsync(
            ImageDocuments.Serialize(config), MediaTypes.Config, cancellationToken);
        var manifest = new ImageManifest
        {
            SchemaVersion = 2,
            MediaType = MediaTypes.Manifest,
            Config = configDescriptor,
            Layers = [.. _layers],
        };
        var descriptor = await _store.Content.WriteAsync(
            ImageDocuments.Serialize(manifest), MediaTypes.Manifest, cancellationToken);
        return new Image(descriptor, manifest, config);
    }

    private ImageConfig Config()
    {
        var start = _baseConfig ?? new ImageConfig
        {
            Architecture = Platform.Current.Architecture,
            Os = Platform.Current.Os,
            Rootfs = new RootFs { Type = "layers", DiffIds = [] },
        };
        return start with
        {
            Created = Created,
            Config = (start.Config ?? new ExecutionConfig()) with
            {
                Env = Env.Count > 0 ? [.. Env.Select(variable => $"{variable.Key}={variable.Value}")] : null,
                Labels = Labels.Count > 0 ? new SortedDictionary<string, string>(Labels, StringComparer.Ordinal) : null,
                Entrypoint = Entrypoint,
                Cmd = Command,
                User = User,
                WorkingDir = WorkingDirectory,
                StopSignal = StopSignal,
            },
            Rootfs = new RootFs { Type = "layers", DiffIds = [.. _diffIds] },
            History = [.. _history],
        };
    }
}
