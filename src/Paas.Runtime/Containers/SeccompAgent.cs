using System.Text.Json;
using Paas.Linux;
using Paas.Linux.Launching;
using Paas.Linux.Sockets;
using Paas.Oci.Runtime;
using Paas.Runtime.CommandLine;
using Paas.Runtime.State;
using Paas.Runtime.Verbs;

namespace Paas.Runtime.Containers;

/// <summary>
/// The process outside of a container that decides on its calls with SCMP_ACT_NOTIFY. It gets the filter's notify descriptor together
/// with a document about the process (config-linux.md, The Container Process State).
/// </summary>
/// <param name="Path">Its Unix socket.</param>
/// <param name="Metadata">Passed on as it is.</param>
internal sealed record SeccompAgent(string Path, string? Metadata)
{
    /// <exception cref="RuntimeException">The profile names no agent.</exception>
    public static SeccompAgent From(SeccompConfig config) => config.ListenerPath is { Length: > 0 } path
        ? new SeccompAgent(path, config.ListenerMetadata)
        : throw new RuntimeException("seccomp listenerPath is not set");

    /// <summary>Takes the descriptor from a child that has just installed its filter, and gives it to the agent. The child waits meanwhile.</summary>
    /// <param name="process">The child.</param>
    /// <param name="container">Its container.</param>
    /// <param name="status">What that is doing.</param>
    /// <exception cref="RuntimeException">The agent is not there.</exception>
    public void HandOver(LaunchedProcess process, ContainerRecord container, ContainerStatus status)
    {
        using var listener = process.TakeDescriptor();
        try
        {
            using var socket = UnixSocket.ConnectBlocking(Path);
            DescriptorPassing.Send(socket, Document(process.Pid, container, status), (int)listener.DangerousGetHandle());
        }
        catch (LinuxException e)
        {
            throw new RuntimeException($"failed to connect with seccomp agent specified in the seccomp profile: {e.Message}", e);
        }
    }

    private byte[] Document(int pid, ContainerRecord container, ContainerStatus status)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("ociVersion", SpecVerb.OciVersion);
            json.WriteStartArray("fds");
            json.WriteStringValue("seccompFd");
            json.WriteEndArray();
            json.WriteNumber("pid", pid);
            if (Metadata is { Length: > 0 }) json.WriteString("metadata", Metadata);
            json.WriteStartObject("state");
            json.WriteString("ociVersion", container.OciVersion);
            json.WriteString("id", container.Id);
            json.WriteString("status", ContainerStatuses.Word(status));
            json.WriteNumber("pid", container.Pid);
            json.WriteString("bundle", container.Bundle);
            json.WriteAnnotations(container.Annotations);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }
}
