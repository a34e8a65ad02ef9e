using System.Text;
using System.Text.Json;

namespace Paas.Build.Manifests;

/// <summary>A JSON value that knows in which line it stands.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Line">Of its first character, from 1.</param>
/// <param name="Text">A string's characters, a number as it is written.</param>
/// <param name="Members">An object's.</param>
/// <param name="Items">An array's.</param>
internal sealed record LocatedJson(
    JsonValueKind Kind,
    int Line,
    string? Text = null,
    IReadOnlyDictionary<string, LocatedJson>? Members = null,
    IReadOnlyList<LocatedJson>? Items = null)
{
    /// <summary>Reads a document.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static LocatedJson Parse(ReadOnlySpan<byte> utf8)
    {
        var json = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = 32 });
        var lines = new LineCount();
        json.Read();
        var value = Read(ref json, utf8, lines);
        // Refuses what follows the document.
        json.Read();
        return value;
    }

    private static LocatedJson Read(ref Utf8JsonReader json, ReadOnlySpan<byte> utf8, LineCount lines)
    {
        var line = lines.At(utf8, (int)json.TokenStartIndex);
        switch (json.TokenType)
        {
            case JsonTokenType.StartObject:
                var members = new Dictionary<string, LocatedJson>(StringComparer.Ordinal);
                while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
                {
                    var name = json.GetString()!;
                    json.Read();
                    members[name] = Read(ref json, utf8, lines);
                }

                return new LocatedJson(JsonValueKind.Object, line, Members: members);
            case JsonTokenType.StartArray:
                var items = new List<LocatedJson>();
                while (json.Read() && json.TokenType != JsonTokenType.EndArray) items.Add(Read(ref json, utf8, lines));
                return new LocatedJson(JsonValueKind.Array, line, Items: items);
            case JsonTokenType.String:
                return new LocatedJson(JsonValueKind.String, line, json.GetString());
            case JsonTokenType.Number:
                return new LocatedJson(JsonValueKind.Number, line, Encoding.UTF8.GetString(json.ValueSpan));
            default:
                return new LocatedJson(
                    json.TokenType switch { JsonTokenType.True => JsonValueKind.True, JsonTokenType.False => JsonValueKind.False, _ => JsonValueKind.Null }, line);
        }
    }

    // Counts on from the last place asked for: places come in order.
    private sealed class LineCount
    {
        private int _position;
        private int _line = 1;

        public int At(ReadOnlySpan<byte> utf8, int position)
        {
            _line += utf8[_position..position].Count((byte)'\n');
            _position = position;
            return _line;
        }
    }
}
