using System.Text.Json;

namespace Paas.Oci.Runtime;

/// <content>The kinds of value. Each expects the reader on the member's name or the item before, and null wherever a value may be left out.</content>
public static partial class RuntimeConfigReader
{
    private static readonly Part<string> TextItem = static (ref Utf8JsonReader json) => Whole(json.GetString()) ?? throw new JsonException("null in a list of texts");

    // The next member's name; false behind the last one. The reader is on the object's start, or on the end of the value before.
    private static bool Member(ref Utf8JsonReader json, out string name)
    {
        if (!json.Read() || json.TokenType is not (JsonTokenType.PropertyName or JsonTokenType.EndObject)) throw new JsonException("an object was expected");
        name = json.TokenType == JsonTokenType.PropertyName ? json.GetString()! : "";
        return json.TokenType == JsonTokenType.PropertyName;
    }

    private static T? Object<T>(ref Utf8JsonReader json, Part<T> part)
        where T : class
    {
        json.Read();
        if (json.TokenType == JsonTokenType.Null) return null;
        return json.TokenType == JsonTokenType.StartObject ? part(ref json) : throw new JsonException("an object was expected");
    }

    private static List<T>? List<T>(ref Utf8JsonReader json, Part<T> item)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.Null) return null;
        if (json.TokenType != JsonTokenType.StartArray) throw new JsonException("a list was expected");
        var items = new List<T>();
        while (json.Read() && json.TokenType != JsonTokenType.EndArray) items.Add(item(ref json));
        return items;
    }

    private static Dictionary<string, T>? Map<T>(ref Utf8JsonReader json, Part<T> value)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.Null) return null;
        var map = new Dictionary<string, T>();
        while (Member(ref json, out var name))
        {
            json.Read();
            map[name] = value(ref json);
        }

        return map;
    }

    private static string? Text(ref Utf8JsonReader json)
    {
        json.Read();
        return Whole(json.GetString());
    }

    // To the kernel a text ends at its first NUL: what one reads here and what it does there would differ.
    private static string? Whole(string? text) =>
        text is null || !text.Contains('\0') ? text : throw new JsonException("a text contains a NUL character");

    private static bool Flag(ref Utf8JsonReader json)
    {
        json.Read();
        return json.GetBoolean();
    }

    private static bool? OptionalFlag(ref Utf8JsonReader json)
    {
        json.Read();
        return json.TokenType == JsonTokenType.Null ? null : json.GetBoolean();
    }

    private static long? Signed(ref Utf8JsonReader json)
    {
        json.Read();
        return json.TokenType == JsonTokenType.Null ? null : json.GetInt64();
    }

    private static ulong? Unsigned(ref Utf8JsonReader json)
    {
        json.Read();
        return json.TokenType == JsonTokenType.Null ? null : json.GetUInt64();
    }

    private static int? Signed32(ref Utf8JsonReader json)
    {
        json.Read();
        return json.TokenType == JsonTokenType.Null ? null : json.GetInt32();
    }

    private static uint? Unsigned32(ref Utf8JsonReader json)
    {
        json.Read();
        return json.TokenType == JsonTokenType.Null ? null : json.GetUInt32();
    }

    private static void Skip(ref Utf8JsonReader json)
    {
        json.Read();
        json.Skip();
    }

    private static T Skip<T>(ref Utf8JsonReader json, T unchanged)
    {
        Skip(ref json);
        return unchanged;
    }

    private static JsonException Missing(string member) => new($"{member} is missing");
}
