using System.Text.Encodings.Web;
using System.Text.Json;

namespace Paas.Runtime.State;

/// <summary><see cref="ContainerRecord"/> as JSON, by hand: generated code would cost every verb half a millisecond.</summary>
internal static class ContainerRecordJson
{
    // No browser reads this, and the default encoder first builds a table of what browsers might take for markup.
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Write(ContainerRecord record)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            json.WriteString("id", record.Id);
            json.WriteString("ociVersion", record.OciVersion);
            json.WriteNumber("pid", record.Pid);
            json.WriteNumber("startTime", record.StartTime);
            json.WriteString("bundle", record.Bundle);
            json.WriteString("rootfs", record.Rootfs);
            json.WriteString("created", record.Created);
            json.WriteString("cgroup", record.Cgroup);
            json.WriteBoolean("cpuset", record.Cpuset);
            if (record.HasHooks) json.WriteBoolean("hooks", true);
            if (record.SystemdUnit is not null) json.WriteString("systemdUnit", record.SystemdUnit);
            if (record.Annotations is { Count: > 0 } annotations)
            {
                json.WriteStartObject("annotations");
                foreach (var (name, value) in annotations) json.WriteString(name, value);
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        return buffer.ToArray();
    }

    /// <exception cref="JsonException">It is not what <see cref="Write"/> writes.</exception>
    public static ContainerRecord Read(byte[] utf8)
    {
        using var document = JsonDocument.Parse(utf8);
        var json = document.RootElement;
        return new ContainerRecord
        {
            Id = Text("id"),
            OciVersion = Text("ociVersion"),
            Pid = Member("pid").GetInt32(),
            StartTime = Member("startTime").GetUInt64(),
            Bundle = Text("bundle"),
            Rootfs = Text("rootfs"),
            Created = Member("created").GetDateTimeOffset(),
            Cgroup = Text("cgroup"),
            Cpuset = Member("cpuset").GetBoolean(),
            HasHooks = json.TryGetProperty("hooks", out var hooks) && hooks.GetBoolean(),
            SystemdUnit = json.TryGetProperty("systemdUnit", out var unit) ? unit.GetString() : null,
            Annotations = json.TryGetProperty("annotations", out var annotations)
                ? annotations.EnumerateObject().ToDictionary(member => member.Name, member => member.Value.GetString() ?? "")
                : null,
        };

        JsonElement Member(string name) => json.TryGetProperty(name, out var member) ? member : throw new JsonException($"state.json has no {name}");

        string Text(string name) => Member(name).GetString() ?? throw new JsonException($"state.json: {name} is null");
    }
}
