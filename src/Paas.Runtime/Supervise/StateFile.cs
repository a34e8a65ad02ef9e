using System.Text.Json;
using Paas.Contracts.Supervision;
using Paas.Linux;

namespace Paas.Runtime.Supervise;

/// <summary>The state as a file, whole at any time, also after a crash of the machine.</summary>
internal static class StateFile
{
    /// <exception cref="IOException">It cannot be written.</exception>
    public static void Write(string path, SupervisorState state) => Files.WriteAtomically(
        path, JsonSerializer.SerializeToUtf8Bytes(state, SupervisionJsonContext.Default.SupervisorState), durable: true);
}
