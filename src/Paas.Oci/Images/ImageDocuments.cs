using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Paas.Oci.Images;

/// <summary>
/// Reads and writes the image documents. Reading checks what the image-spec's schemas demand, so that the rest of the code
/// can trust a document it holds; writing is deterministic: the same document gives the same bytes and digest.
/// </summary>
public static class ImageDocuments
{
    // Media types are full of plus signs, which the default encoder would escape as for HTML.
    private static readonly OciImageJsonContext Writing =
        new(new JsonSerializerOptions(OciImageJsonContext.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <exception cref="OciFormatException">Not a valid image manifest.</exception>
    public static ImageManifest ParseManifest(ReadOnlySpan<byte> json)
    {
        var manifest = Parse(json, OciImageJsonContext.Default.ImageManifest, "image manifest");
        ImageRules.Check(manifest);
        return manifest;
    }

    /// <exception cref="OciFormatException">Not a valid image index.</exception>
    public static ImageIndex ParseIndex(ReadOnlySpan<byte> json)
    {
        var index = Parse(json, OciImageJsonContext.Default.ImageIndex, "image index");
        ImageRules.Check(index);
        return index;
    }

    /// <exception cref="OciFormatException">Not a valid image configuration.</exception>
    public static ImageConfig ParseConfig(ReadOnlySpan<byte> json)
    {
        var config = Parse(json, OciImageJsonContext.Default.ImageConfig, "image configuration");
        ImageRules.Check(config);
        return config;
    }

    /// <exception cref="OciFormatException">Not a valid content descriptor.</exception>
    public static Descriptor ParseDescriptor(ReadOnlySpan<byte> json)
    {
        var descriptor = Parse(json, OciImageJsonContext.Default.Descriptor, "content descriptor");
        ImageRules.Check(descriptor);
        return descriptor;
    }

    /// <exception cref="OciFormatException">Not a layout of a version we know.</exception>
    public static ImageLayout ParseLayout(ReadOnlySpan<byte> json)
    {
        var layout = Parse(json, OciImageJsonContext.Default.ImageLayout, "oci-layout");
        if (layout.ImageLayoutVersion != ImageLayout.Version)
            throw new OciFormatException($"oci-layout: version '{layout.ImageLayoutVersion}' is not {ImageLayout.Version}");
        return layout;
    }

    /// <summary>True when the document has an index's <c>manifests</c>; says nothing of whether it is valid otherwise.</summary>
    /// <exception cref="OciFormatException">Not a JSON object.</exception>
    public static bool IsIndex(ReadOnlyMemory<byte> json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            return document.RootElement.TryGetProperty("manifests", out _);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new OciFormatException($"image document: {error.Message}", error);
        }
    }

    public static byte[] Serialize(ImageManifest manifest) =>
        JsonSerializer.SerializeToUtf8Bytes(manifest, Writing.ImageManifest);

    public static byte[] Serialize(ImageIndex index) =>
        JsonSerializer.SerializeToUtf8Bytes(index, Writing.ImageIndex);

    public static byte[] Serialize(ImageConfig config) =>
        JsonSerializer.SerializeToUtf8Bytes(config, Writing.ImageConfig);

    public static byte[] Serialize(ImageLayout layout) =>
        JsonSerializer.SerializeToUtf8Bytes(layout, Writing.ImageLayout);

    private static T Parse<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type, string what)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(json, type) ?? throw new OciFormatException($"{what}: null is not a document");
        }
        catch (JsonException error)
        {
            throw new OciFormatException($"{what}: {error.Message}", error);
        }
    }
}
