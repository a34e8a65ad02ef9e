using System.Text.Json;
using Paas.Contracts.Supervision;
using Paas.Oci.Runtime;

namespace Paas.Node;

/// <summary>Reads what is in a container's directory; a file that is missing or torn reads as null.</summary>
internal static class ContainerFiles
{
    public static SupervisorConfig? ReadConfig(ContainerDirectory directory) =>
        Read(directory.Supervise, json => JsonSerializer.Deserialize(json, SupervisionJsonContext.Default.SupervisorConfig));

    public static SupervisorState? ReadState(ContainerDirectory directory) =>
        Read(directory.State, json => JsonSerializer.Deserialize(json, SupervisionJsonContext.Default.SupervisorState));

    public static SandboxConfig? ReadSandbox(ContainerDirectory directory) =>
        ReadConfig(directory)?.Sandbox ??
        Read(directory.Sandbox, json => JsonSerializer.Deserialize(json, SupervisionJsonContext.Default.SandboxConfig));

    /// <summary>The words that a container's process was started with; none where they are not known.</summary>
    public static IReadOnlyList<string> ReadArguments(ContainerDirectory directory) =>
        Read(directory.Config, json => JsonSerializer.Deserialize(json, OciRuntimeJsonContext.Default.RuntimeConfig))?.Process?.Args ?? [];

    private static T? Read<T>(string path, Func<byte[], T?> parse)
        where T : class
    {
        try
        {
            return parse(File.ReadAllBytes(path));
        }
        catch (Exception e) when (e is IOException or JsonException)
        {
            return null;
        }
    }
}
