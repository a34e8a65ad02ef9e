using System.Text.Json;
using Paas.Contracts.Supervision;

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
