using System.Text.Json;

namespace Paas.Runtime.State;

/// <summary>Reading an object member by member: a document with its tables is more than the rest of a verb that only looks.</summary>
internal static class JsonMembers
{
    /// <summary>Goes on to the name of the next member; false at the end of the object.</summary>
    /// <exception cref="JsonException">It is malformed.</exception>
    public static bool NextMember(this ref Utf8JsonReader json) => json.Read() && json.TokenType == JsonTokenType.PropertyName;

    /// <summary>Goes on to the value where the name is this one.</summary>
    /// <exception cref="JsonException">It is malformed.</exception>
    public static bool IsMember(this ref Utf8JsonReader json, ReadOnlySpan<byte> name) => json.ValueTextEquals(name) && json.Read();
}
