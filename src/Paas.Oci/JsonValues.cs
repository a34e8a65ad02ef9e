using System.Text.Json;

namespace Paas.Oci;

/// <summary>
/// Reading a document by hand, value by value, where the metadata that a generated reader first builds costs more than the reading.
/// Each kind of value expects the reader on the member's name or the item before, and null wherever a value may be left out.
/// </summary>
public static class JsonValues
{
    /// <summary>Reads one object, behind its start.</summary>
    public delegate T Part<T>(ref Utf8JsonReader json);

    /// <summary>An item of a list of texts.</summary>
    public static readonly Part<string> TextItem = static (ref Utf8JsonReader json) => Whole(json.GetString()) ?? throw new JsonException("null in a list of texts");

    /// <summary>Reads a document that is one object and nothing else.</summary>
    /// <exception cref="JsonException">It is malformed, or a member has the wrong kind of value or is missing.</exception>
    public static T Document<T>(ReadOnlySpan<byte> utf8, Part<T> part)
    {
        var json = new Utf8JsonReader(utf8);
        try
        {
            json.Read();
            if (json.TokenType != JsonTokenType.StartObject) throw new JsonException("the document is not an object");
            var result = part(ref json);
            if (json.Read()) throw new JsonException("something follows the document");
            return result;
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException)
        {
            throw new JsonException($"a member has the wrong kind of value, near byte {json.BytesConsumed}", e);
        }
        catch (JsonException e) when (e.Message.Contains('\n'))
        {
            // It quotes what it did not understand.
            throw new JsonException(e.Message.ReplaceLineEndings(" "), e);
        }
    }

    /// <summary>The next member's name; false behind the last one. The reader is on the object's start, or on the end of the value before.</summary>
    public static bool Member(ref Utf8JsonReader json, out string name)
    {
        if (!json.Read() || json.TokenType is not (JsonTokenType.PropertyName or JsonTokenType.EndObject)) throw new JsonException("an object was expected");
        name = json.TokenType == JsonTokenType.PropertyName ? json.GetString()! : "";
        return json.TokenType == JsonTokenType.PropertyName;
    }

    /// <summary>An object, or null.</summary>
    public static T? Nested<T>(ref Utf8JsonReader json, Part<T> part)
        where T : class
    {
        json.Read();
        if (json.TokenType == JsonTokenType.Null) return null;
        return json.TokenType == JsonTokenType.StartObject ? part(ref json) : throw new JsonException("an object was expected");
    }

    /// <summary>A list, or null.</summary>
    public static List<T>? List<T>(ref Utf8JsonReader json, Part<T> item)
    {
        json.Read();
        if (json.TokenType == JsonTokenType.Null) return null;
        if (json.TokenType != JsonTokenType.StartArray) throw new JsonException("a list was expected");
        var items = new List<T>();
        while (json.Read() && json.TokenType != JsonTokenType.EndArray) items.Add(item(ref json));
        return items;
    }

    /// <summary>An object whose members have names of their own, or null.</summary>
    public static Dictionary<string, T>? Map<T>(ref Utf8JsonReader json, Part<T> value)
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

    /// <summary>A text without NUL characters, or null.</summary>
    public static string? Text(ref Utf8JsonReader json)
    {
        json.Read();
        return Whole(json.GetString());
    }

    // To the kernel a text ends at its first NUL: what one reads here and what it does there would differ.
    private static string? Whole(string? text) =>
        text is null || !text.Contains('\0') ? text : throw new JsonException("a text contains a NUL character");

    /// <summary>True or false.</summary>
    public static bool Flag(ref Utf8JsonReader json)
    {
        json.Read();
        return json.GetBoolean();
    }

    /// <summary>True, false or null.</summary>
    public static bool? OptionalFlag(ref Utf8JsonReader json)
    {
        json.Read();
        return json.TokenType == JsonTokenType.Null ? null : json.GetBoolean();
    }

    /// <summary>A number of 64 bits, or null.</summary>
    public static long? Number64(ref Utf8JsonReader json)
    {
        json.Read();
        return json.TokenType == JsonTokenType.Null ? null : json.GetInt64();
    }

    /// <summary>A number of 64 bits that is not negative, or null.</summary>
    public static ulong? Natural64(ref Utf8JsonReader json)
    {
        json.Read();
        return json.TokenType == JsonTokenType.Null ? null : json.GetUInt64();
    }

    /// <summary>A number of 32 bits, or null.</summary>
    public static int? Number32(ref Utf8JsonReader json)
    {
        json.Read();
        return json.TokenType == JsonTokenType.Null ? null : json.GetInt32();
    }

    /// <summary>A number of 32 bits that is not negative, or null.</summary>
    public static uint? Natural32(ref Utf8JsonReader json)
    {
        json.Read();
        return json.TokenType == JsonTokenType.Null ? null : json.GetUInt32();
    }

    /// <summary>Passes over a member nobody asked for.</summary>
    public static void Skip(ref Utf8JsonReader json)
    {
        json.Read();
        json.Skip();
    }

    /// <inheritdoc cref="Skip(ref Utf8JsonReader)"/>
    /// <returns><paramref name="unchanged"/>.</returns>
    public static T Skip<T>(ref Utf8JsonReader json, T unchanged)
    {
        Skip(ref json);
        return unchanged;
    }

    /// <summary>What to throw where a member has to be there and is not.</summary>
    public static JsonException Missing(string member) => new($"{member} is missing");
}
