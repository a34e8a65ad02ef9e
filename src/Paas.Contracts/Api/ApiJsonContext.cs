using System.Text.Json.Serialization;

namespace Paas.Contracts.Api;

/// <summary>Source-generated JSON for everything that crosses the HTTP API: camelCase, enums as camelCase strings, nulls left out.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [
        typeof(CamelCaseEnumConverter<AppStatus>), typeof(CamelCaseEnumConverter<InstanceStatus>),
        typeof(CamelCaseEnumConverter<ReleaseReason>), typeof(CamelCaseEnumConverter<BuildStatus>),
        typeof(CamelCaseEnumConverter<DeploymentStatus>), typeof(CamelCaseEnumConverter<FileChange>)])]
[JsonSerializable(typeof(ProblemDocument))]
[JsonSerializable(typeof(ProblemEvent))]
[JsonSerializable(typeof(CreateAppRequest))]
[JsonSerializable(typeof(AppDocument))]
[JsonSerializable(typeof(IReadOnlyList<AppDocument>))]
[JsonSerializable(typeof(IReadOnlyList<FormationEntry>))]
[JsonSerializable(typeof(ScaleRequest))]
[JsonSerializable(typeof(ConfigDocument))]
[JsonSerializable(typeof(ConfigChange))]
[JsonSerializable(typeof(InstanceDocument))]
[JsonSerializable(typeof(IReadOnlyList<InstanceDocument>))]
[JsonSerializable(typeof(ReleaseDocument))]
[JsonSerializable(typeof(IReadOnlyList<ReleaseDocument>))]
[JsonSerializable(typeof(RollbackRequest))]
[JsonSerializable(typeof(BuildDocument))]
[JsonSerializable(typeof(IReadOnlyList<BuildDocument>))]
[JsonSerializable(typeof(BuildEvent))]
[JsonSerializable(typeof(BuilderDocument))]
[JsonSerializable(typeof(ImageBuildRequest))]
[JsonSerializable(typeof(ImageBuildEvent))]
[JsonSerializable(typeof(DeploymentDocument))]
[JsonSerializable(typeof(IReadOnlyList<DeploymentDocument>))]
[JsonSerializable(typeof(IReadOnlyList<AppImagesDocument>))]
[JsonSerializable(typeof(IReadOnlyList<ImageDocument>))]
[JsonSerializable(typeof(ImageDetailDocument))]
[JsonSerializable(typeof(IReadOnlyList<ImageHistoryDocument>))]
[JsonSerializable(typeof(AppRegistryDocument))]
[JsonSerializable(typeof(AppRegistryRequest))]
[JsonSerializable(typeof(CleanupRequest))]
[JsonSerializable(typeof(CleanupDocument))]
[JsonSerializable(typeof(LogLine))]
[JsonSerializable(typeof(CreateTokenRequest))]
[JsonSerializable(typeof(TokenDocument))]
[JsonSerializable(typeof(IdentityDocument))]
[JsonSerializable(typeof(RegistryLoginRequest))]
[JsonSerializable(typeof(RegistryDocument))]
[JsonSerializable(typeof(IReadOnlyList<RegistryDocument>))]
[JsonSerializable(typeof(ImportedImageDocument))]
[JsonSerializable(typeof(IReadOnlyList<ImportedImageDocument>))]
[JsonSerializable(typeof(CommitRequest))]
[JsonSerializable(typeof(DeployImageRequest))]
[JsonSerializable(typeof(ImageDiffDocument))]
[JsonSerializable(typeof(VersionDocument))]
[JsonSerializable(typeof(RunRequest))]
[JsonSerializable(typeof(InstanceExecRequest))]
[JsonSerializable(typeof(ExecClientMessage))]
[JsonSerializable(typeof(ExecServerMessage))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
public sealed partial class ApiJsonContext : JsonSerializerContext;
