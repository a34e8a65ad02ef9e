using System.Text;
using System.Text.Json;

namespace Paas.Runtime.CommandLine;

/// <summary>Forms of the JSON that is printed.</summary>
internal static class JsonText
{
    /// <summary>Without white space.</summary>
    public static JsonWriterOptions Plain { get; } = new() { Encoder = EssentialJsonEncoder.Instance };

    /// <summary>A member a line.</summary>
    public static JsonWriterOptions Indented(char indent, int size) =>
        new() { Encoder = EssentialJsonEncoder.Instance, Indented = true, IndentCharacter = indent, IndentSize = size, NewLine = "\n" };

    /// <summary>What <paramref name="write"/> writes.</summary>
    public static string Of(JsonWriterOptions options, Action<Utf8JsonWriter> write)
    {
        using var buffer = Written(options, write);
        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    /// <summary>The object whose members <paramref name="members"/> writes, plain, as UTF-8.</summary>
    public static byte[] Object(Action<Utf8JsonWriter> members)
    {
        using var buffer = WrittenObject(members);
        return buffer.ToArray();
    }

    /// <summary>As <see cref="Object"/>, with a newline behind it.</summary>
    public static byte[] Line(Action<Utf8JsonWriter> members)
    {
        using var buffer = WrittenObject(members);
        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }

    private static MemoryStream WrittenObject(Action<Utf8JsonWriter> members) => Written(Plain, json =>
    {
        json.WriteStartObject();
        members(json);
        json.WriteEndObject();
    });

    private static MemoryStream Written(JsonWriterOptions options, Action<Utf8JsonWriter> write)
    {
        var buffer = new MemoryStream();
        using var json = new Utf8JsonWriter(buffer, options);
        write(json);
        return buffer;
    }

    /// <summary>Writes a container's annotations; nothing where it has none.</summary>
    public static void WriteAnnotations(this Utf8JsonWriter json, IReadOnlyDictionary<string, string>? annotations)
    {
        if (annotations is not { Count: > 0 }) return;
        json.WriteStartObject("annotations");
        foreach (var (name, value) in annotations) json.WriteString(name, value);
        json.WriteEndObject();
    }

    /// <summary>Writes an array of texts.</summary>
    public static void WriteTexts(this Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
