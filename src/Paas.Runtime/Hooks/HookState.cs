using Paas.Runtime.CommandLine;
using Paas.Runtime.State;

namespace Paas.Runtime.Hooks;

/// <summary>The state document a hook gets on standard input (runtime-spec, runtime.md, State).</summary>
internal static class HookState
{
    /// <summary>The document.</summary>
    /// <param name="record">The container.</param>
    /// <param name="status">What it is at that moment.</param>
    /// <param name="pid">Its first process on the host; 0 when there is none any more.</param>
    public static byte[] Write(ContainerRecord record, ContainerStatus status, int pid) => JsonText.Object(json =>
    {
        json.WriteString("ociVersion", record.OciVersion);
        json.WriteString("id", record.Id);
        json.WriteString("status", ContainerStatuses.Word(status));
        if (pid != 0) json.WriteNumber("pid", pid);
        json.WriteString("bundle", record.Bundle);
        // Not in the specification; hooks written for crun read it.
        json.WriteString("root", record.Rootfs);
        json.WriteAnnotations(record.Annotations);
    });
}
