using System.Text.Json;
using System.Text.Json.Serialization;

namespace Paas.Oci;

/// <summary>A digest as a JSON string.</summary>
public sealed class DigestJsonConverter : JsonConverter<Digest>
{
    public override Digest Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String || !Digest.TryParse(reader.GetString(), out var digest))
            throw new JsonException("a digest must be a string like sha256:<64 hex digits>");
        return digest;
    }

    public override void Write(Utf8JsonWriter writer, Digest value, JsonSerializerOptions options)
    {
        if (value.IsEmpty) throw new JsonException("an empty digest cannot be written");
        writer.WriteStringValue(value.ToString());
    }
}
