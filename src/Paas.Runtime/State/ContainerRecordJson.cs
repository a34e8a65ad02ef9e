using System.Text.Json;
using Paas.Linux.Cgroups;
using Paas.Oci;
using Paas.Runtime.CommandLine;

namespace Paas.Runtime.State;

/// <summary><see cref="ContainerRecord"/> as JSON, by hand: generated code would cost every verb half a millisecond.</summary>
internal static class ContainerRecordJson
{
    // No controller of v1 is called that.
    private const string UnifiedName = "unified";

    public static byte[] Write(ContainerRecord record) => JsonText.Object(json =>
    {
        json.WriteString("id", record.Id);
        json.WriteString("ociVersion", record.OciVersion);
        json.WriteNumber("pid", record.Pid);
        json.WriteNumber("startTime", record.StartTime);
        json.WriteString("bundle", record.Bundle);
        json.WriteString("rootfs", record.Rootfs);
        json.WriteString("created", record.Created);
        json.WriteString("cgroup", record.Cgroup);
        json.WriteBoolean("cpuset", record.Cpuset);
        if (record.Hierarchies is { } hierarchies) WriteHierarchies(json, hierarchies);
        if (record.Freezer is not null) json.WriteString("freezer", record.Freezer);
        if (record.HasHooks) json.WriteBoolean("hooks", true);
        if (record.Creator != 0) json.WriteNumber("creator", record.Creator);
        if (record.HasKeyring) json.WriteBoolean("keyring", true);
        if (!record.HasProgram) json.WriteBoolean("noProgram", true);
        if (record.HostMount is { } mount) json.WriteNumber("hostMount", mount);
        if (record.SystemdUnit is not null) json.WriteString("systemdUnit", record.SystemdUnit);
        json.WriteAnnotations(record.Annotations);
    });

    private static void WriteHierarchies(Utf8JsonWriter json, CgroupHierarchies hierarchies)
    {
        json.WriteStartObject("hierarchies");
        if (hierarchies.Unified is not null) json.WriteString(UnifiedName, hierarchies.Unified);
        foreach (var (controller, place) in hierarchies.Legacy) json.WriteString(controller, place);
        json.WriteEndObject();
    }

    /// <exception cref="JsonException">It is not what <see cref="Write"/> writes.</exception>
    public static ContainerRecord Read(byte[] utf8)
    {
        try
        {
            return ReadMembers(utf8);
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException($"state.json: {e.Message}", e);
        }
    }

    private static ContainerRecord ReadMembers(byte[] utf8)
    {
        var json = new Utf8JsonReader(utf8);
        string? id = null, version = null, bundle = null, rootfs = null, cgroup = null, freezer = null, unit = null;
        int? pid = null;
        ulong? startTime = null, hostMount = null;
        DateTimeOffset? created = null;
        bool? cpuset = null;
        var (hooks, keyring, noProgram, creator) = (false, false, false, 0);
        Dictionary<string, string>? annotations = null, hierarchies = null;
        json.Read();
        while (json.NextMember())
        {
            if (json.IsMember("id"u8)) id = json.GetString();
            else if (json.IsMember("ociVersion"u8)) version = json.GetString();
            else if (json.IsMember("pid"u8)) pid = json.GetInt32();
            else if (json.IsMember("startTime"u8)) startTime = json.GetUInt64();
            else if (json.IsMember("bundle"u8)) bundle = json.GetString();
            else if (json.IsMember("rootfs"u8)) rootfs = json.GetString();
            else if (json.IsMember("created"u8)) created = json.GetDateTimeOffset();
            else if (json.IsMember("cgroup"u8)) cgroup = json.GetString();
            else if (json.IsMember("cpuset"u8)) cpuset = json.GetBoolean();
            else if (json.IsMember("hierarchies"u8)) hierarchies = ReadTexts(ref json);
            else if (json.IsMember("freezer"u8)) freezer = json.GetString();
            else if (json.IsMember("hooks"u8)) hooks = json.GetBoolean();
            else if (json.IsMember("creator"u8)) creator = json.GetInt32();
            else if (json.IsMember("keyring"u8)) keyring = json.GetBoolean();
            else if (json.IsMember("noProgram"u8)) noProgram = json.GetBoolean();
            else if (json.IsMember("hostMount"u8)) hostMount = json.GetUInt64();
            else if (json.IsMember("systemdUnit"u8)) unit = json.GetString();
            else if (json.IsMember("annotations"u8)) annotations = ReadTexts(ref json);
            else JsonValues.Skip(ref json);
        }

        return new ContainerRecord
        {
            Id = id ?? throw Without("id"),
            OciVersion = version ?? throw Without("ociVersion"),
            Pid = pid ?? throw Without("pid"),
            StartTime = startTime ?? throw Without("startTime"),
            Bundle = bundle ?? throw Without("bundle"),
            Rootfs = rootfs ?? throw Without("rootfs"),
            Created = created ?? throw Without("created"),
            Cgroup = cgroup ?? throw Without("cgroup"),
            Cpuset = cpuset ?? throw Without("cpuset"),
            Hierarchies = hierarchies is null ? null : new CgroupHierarchies(hierarchies.Remove(UnifiedName, out var unified) ? unified : null, hierarchies),
            Freezer = freezer,
            HostMount = hostMount,
            HasHooks = hooks,
            Creator = creator,
            HasKeyring = keyring,
            HasProgram = !noProgram,
            SystemdUnit = unit,
            Annotations = annotations,
        };
    }

    private static JsonException Without(string name) => new($"state.json has no {name}");

    private static Dictionary<string, string> ReadTexts(ref Utf8JsonReader json)
    {
        var texts = new Dictionary<string, string>();
        while (json.NextMember())
        {
            var name = json.GetString()!;
            json.Read();
            texts[name] = json.GetString() ?? "";
        }

        return texts;
    }
}
