using System.Text.Json.Serialization;

namespace Paas.Oci.Runtime;

/// <summary>Source-generated JSON of the runtime's documents.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    WriteIndented = true)]
[JsonSerializable(typeof(RuntimeConfig))]
[JsonSerializable(typeof(ProcessConfig))]
[JsonSerializable(typeof(ContainerState))]
[JsonSerializable(typeof(IReadOnlyList<ContainerState>))]
public sealed partial class OciRuntimeJsonContext : JsonSerializerContext;
