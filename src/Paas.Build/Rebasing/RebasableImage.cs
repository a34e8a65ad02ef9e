using System.Text.Json;
using System.Text.Json.Nodes;
using Paas.Build.Lifecycle;
using Paas.Images;
using Paas.Images.Stacks;
using Paas.Oci;
using Paas.Oci.Images;

namespace Paas.Build.Rebasing;

/// <summary>
/// An image that buildpacks made upon a run image of a stack, seen as its two parts: the base, and the layers above it, which stay as
/// they are when the base is replaced (Cloud Native Buildpacks, platform spec, "rebaser").
/// </summary>
public sealed class RebasableImage
{
    private const string MetadataLabel = ImageLabels.LifecycleMetadataLabel;
    private const string RebasableLabel = "io.buildpacks.rebasable";
    private const string BaseLabels = "io.buildpacks.base.";
    private const string DistributionName = BaseLabels + "distro.name";
    private const string DistributionVersion = BaseLabels + "distro.version";

    private readonly Image _image;
    private readonly JsonObject _metadata;
    private readonly int _baseLayers;

    private RebasableImage(Image image, JsonObject metadata, int baseLayers) => (_image, _metadata, _baseLayers) = (image, metadata, baseLayers);

    /// <summary>The layers above the base.</summary>
    public int AppLayers => _image.Manifest.Layers.Count - _baseLayers;

    /// <summary>The manifest of the run image it was built or rebased on; null where it does not say.</summary>
    public Digest? BaseDigest =>
        _metadata["runImage"]?["reference"]?.GetValue<string>() is { } reference && reference.Split('@') is [.., var text] && Digest.TryParse(text, out var digest) ? digest : null;

    /// <summary>Finds the two parts of an image.</summary>
    /// <exception cref="RebaseException">It has no base that can be told from the rest, or not one of a stack.</exception>
    public static RebasableImage Of(Image image)
    {
        var labels = LabelsOf(image);
        if (!labels.TryGetValue(MetadataLabel, out var text) || !labels.ContainsKey(Stack.RecipeLabel))
            throw new RebaseException("its image was not built by buildpacks on a stack") { IsForeign = true };
        if (labels.GetValueOrDefault(RebasableLabel) == "false") throw new RebaseException($"its image says that it must not be rebased ({RebasableLabel})");
        var metadata = Metadata(text);
        var diffIds = image.Config.Rootfs.DiffIds;
        var top = metadata["runImage"]?["topLayer"] is JsonValue value && value.TryGetValue(out string? said) ? said : null;
        var baseLayers = diffIds.Select(diffId => diffId.ToString()).ToList().IndexOf(top ?? "") + 1;
        if (baseLayers == 0) throw new RebaseException("its image does not say which of its layers are the base");
        var known = LayersIn(metadata).ToHashSet();
        if (diffIds.Skip(baseLayers).FirstOrDefault(diffId => !known.Contains(diffId.ToString())) is { Hex: { Length: > 0 } } foreign)
            throw new RebaseException($"its layer {foreign.Abbreviated} was not made by a buildpack and may depend on the base below it");
        return new RebasableImage(image, metadata, baseLayers);
    }

    /// <summary>True where the base is this run image.</summary>
    public bool IsOn(Image run) => _image.Config.Rootfs.DiffIds.Take(_baseLayers).SequenceEqual(run.Config.Rootfs.DiffIds);

    /// <summary>True where the run image is one of the same distribution and platform: programs made for the one run on the other.</summary>
    public bool IsOfFamily(Image run)
    {
        var (mine, its) = (LabelsOf(_image), LabelsOf(run));
        return its.ContainsKey(Stack.RecipeLabel)
            && mine.GetValueOrDefault(DistributionName) == its.GetValueOrDefault(DistributionName)
            && mine.GetValueOrDefault(DistributionVersion) == its.GetValueOrDefault(DistributionVersion)
            && _image.Config.Os == run.Config.Os && _image.Config.Architecture == run.Config.Architecture;
    }

    /// <summary>Writes the image upon another base. The same two give the same digest; layers are neither read nor written.</summary>
    /// <param name="images">Where both are.</param>
    /// <param name="run">The new base.</param>
    /// <param name="reference">What the new base is called, for the image's metadata.</param>
    /// <param name="ct">Before something is written.</param>
    /// <exception cref="RebaseException">The base is of another distribution or platform.</exception>
    public async Task<Image> OntoAsync(ImageStore images, Image run, string reference, CancellationToken ct)
    {
        if (!IsOfFamily(run)) throw new RebaseException("the new base is of another distribution or platform: what was compiled for the one may not run on the other");
        var config = _image.Config with
        {
            Config = _image.Config.Config! with { Labels = Labels(run, reference) },
            Rootfs = new RootFs { Type = "layers", DiffIds = [.. run.Config.Rootfs.DiffIds, .. _image.Config.Rootfs.DiffIds.Skip(_baseLayers)] },
            History = History(run),
        };
        var manifest = _image.Manifest with
        {
            Config = await images.Content.WriteAsync(ImageDocuments.Serialize(config), _image.Manifest.Config.MediaType, ct),
            Layers = [.. run.Manifest.Layers, .. _image.Manifest.Layers.Skip(_baseLayers)],
        };
        var descriptor = await images.Content.WriteAsync(ImageDocuments.Serialize(manifest), _image.Descriptor.MediaType, ct);
        return new Image(descriptor, manifest, config);
    }

    private SortedDictionary<string, string> Labels(Image run, string reference)
    {
        var labels = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in LabelsOf(_image).Where(label => !label.Key.StartsWith(BaseLabels, StringComparison.Ordinal))) labels[name] = value;
        foreach (var (name, value) in LabelsOf(run)) labels[name] = value;
        var metadata = _metadata.DeepClone().AsObject();
        var runImage = metadata["runImage"]!.AsObject();
        runImage["topLayer"] = run.Config.Rootfs.DiffIds[^1].ToString();
        runImage["reference"] = $"{reference}@{run.Digest}";
        labels[MetadataLabel] = metadata.ToJsonString();
        return labels;
    }

    // The base's part of the history is the new base's own; entries without a layer go with what comes after them.
    private History[] History(Image run)
    {
        var history = _image.Config.History ?? [];
        var (skip, layers) = (0, 0);
        while (skip < history.Count && layers < _baseLayers)
        {
            if (history[skip++].EmptyLayer != true) layers++;
        }

        return [.. run.Config.History ?? [], .. history.Skip(skip)];
    }

    private static JsonObject Metadata(string text)
    {
        try
        {
            return JsonNode.Parse(text) as JsonObject ?? throw new JsonException();
        }
        catch (JsonException)
        {
            throw new RebaseException($"its image's label {MetadataLabel} cannot be read");
        }
    }

    /// <summary>Every layer that the metadata names: all that the lifecycle has put upon the base.</summary>
    private static IEnumerable<string> LayersIn(JsonNode? node) => node switch
    {
        JsonObject json => json.SelectMany(member =>
            member is { Key: "sha", Value: JsonValue value } && value.TryGetValue(out string? digest) ? [digest] : LayersIn(member.Value)),
        JsonArray array => array.SelectMany(LayersIn),
        _ => [],
    };

    private static IReadOnlyDictionary<string, string> LabelsOf(Image image) => image.Config.Config?.Labels ?? new Dictionary<string, string>();
}
