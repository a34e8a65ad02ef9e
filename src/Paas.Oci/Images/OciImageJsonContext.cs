using System.Text.Json.Serialization;

namespace Paas.Oci.Images;

/// <summary>Source-generated JSON of the image documents. Unset members are left out; required ones must be present.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Descriptor))]
[JsonSerializable(typeof(ImageIndex))]
[JsonSerializable(typeof(ImageManifest))]
[JsonSerializable(typeof(ImageConfig))]
[JsonSerializable(typeof(ImageLayout))]
public sealed partial class OciImageJsonContext : JsonSerializerContext;
