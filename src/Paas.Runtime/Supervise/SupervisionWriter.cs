using System.Text.Json;
using Paas.Contracts.Supervision;
using Paas.Runtime.CommandLine;

namespace Paas.Runtime.Supervise;

/// <summary>Writes what a supervisor says, with the members of the generated writer and without its tables (a test holds the two together).</summary>
internal static class SupervisionWriter
{
    /// <summary>The content of the state file, as UTF-8.</summary>
    public static byte[] Write(SupervisorState state) => JsonText.Object(json => Members(json, state));

    /// <summary>An answer on the socket, as UTF-8, without the end of its line.</summary>
    public static byte[] Write(SupervisorReply reply) => JsonText.Object(json => Members(json, reply));

    private static void Members(Utf8JsonWriter json, SupervisorReply reply)
    {
        if (reply.State is { } state)
        {
            json.WriteStartObject("state");
            Members(json, state);
            json.WriteEndObject();
        }

        if (reply.Error is { } error) json.WriteString("error", error);
        if (reply.Exec is { } started)
        {
            json.WriteStartObject("exec");
            json.WriteNumber("id", started.Id);
            json.WriteNumber("pid", started.Pid);
            json.WriteEndObject();
        }

        if (reply.ExecEnded is { } ended)
        {
            json.WriteStartObject("execEnded");
            json.WriteNumber("id", ended.Id);
            if (ended.ExitCode is { } code) json.WriteNumber("exitCode", code);
            if (ended.Signal is { } signal) json.WriteNumber("signal", signal);
            json.WriteEndObject();
        }
    }

    private static void Members(Utf8JsonWriter json, SupervisorState state)
    {
        json.WriteString("containerId", state.ContainerId);
        json.WriteNumber("supervisorPid", state.SupervisorPid);
        json.WriteString("status", Word(state.Status));
        if (state.Pid is { } pid) json.WriteNumber("pid", pid);
        if (state.StartedAt is { } started) json.WriteString("startedAt", started);
        json.WriteNumber("restarts", state.Restarts);
        json.WriteStartArray("exits");
        for (var i = 0; i < state.Exits.Count; i++) Write(json, state.Exits[i]);
        json.WriteEndArray();
        if (state.Address is not null) json.WriteString("address", state.Address);
        if (state.Error is not null) json.WriteString("error", state.Error);
        json.WriteStartObject("labels");
        foreach (var (name, value) in state.Labels) json.WriteString(name, value);
        json.WriteEndObject();
        json.WriteNumber("protocol", state.Protocol);
        if (state.Program is not null) json.WriteString("program", state.Program);
        json.WriteNumber("failuresInRow", state.FailuresInRow);
        if (state.NextStartAt is { } next) json.WriteString("nextStartAt", next);
    }

    private static void Write(Utf8JsonWriter json, ProcessExit exit)
    {
        json.WriteStartObject();
        json.WriteString("at", exit.At);
        if (exit.ExitCode is { } code) json.WriteNumber("exitCode", code);
        if (exit.Signal is { } signal) json.WriteNumber("signal", signal);
        json.WriteBoolean("outOfMemory", exit.OutOfMemory);
        json.WriteNumber("ranSeconds", exit.RanSeconds);
        if (exit.PeakMemoryBytes is { } peak) json.WriteNumber("peakMemoryBytes", peak);
        if (exit.MemoryLimitBytes is { } limit) json.WriteNumber("memoryLimitBytes", limit);
        json.WriteEndObject();
    }

    private static string Word(SupervisedStatus status) => status switch
    {
        SupervisedStatus.Starting => "starting",
        SupervisedStatus.Running => "running",
        SupervisedStatus.Backoff => "backoff",
        SupervisedStatus.Stopping => "stopping",
        SupervisedStatus.Exited => "exited",
        _ => "failed",
    };
}
