using System.Text;
using System.Text.Json;
using Paas.Runtime.CommandLine;
using Xunit;

namespace Paas.Runtime.Tests.CommandLine;

public sealed class EssentialJsonEncoderTests
{
    private static readonly JsonWriterOptions Options = new() { Encoder = EssentialJsonEncoder.Instance };

    [Theory]
    [InlineData("/run/a+b", "\"/run/a+b\"")]
    [InlineData("<a href='x'>&", "\"<a href='x'>&\"")]
    [InlineData("größe 容器 🐳", "\"größe 容器 🐳\"")]
    [InlineData("say \"a\\b\"", "\"say \\\"a\\\\b\\\"\"")]
    [InlineData("\n\r\t\b\f", "\"\\n\\r\\t\\b\\f\"")]
    [InlineData("\u0000\u001f\u007f", "\"\\u0000\\u001f\u007f\"")]
    public void Escapes_what_json_demands_and_nothing_else(string text, string json)
    {
        Assert.Equal(json, Written(text));
        Assert.Equal(json, Written(Encoding.UTF8.GetBytes(text)));
    }

    [Fact]
    public void Half_a_surrogate_pair_becomes_the_replacement_character()
    {
        Assert.Equal("\"a\\uFFFDb\"".Replace("\\uFFFD", "\uFFFD"), Written("a\ud83db"));
        Assert.Equal("\"\uFFFD\"", Written("\udc33"));
    }

    [Fact]
    public void Whatever_is_written_is_read_back()
    {
        var random = new Random(20);
        ReadOnlySpan<string> pieces = ["\"", "\\", "\u0001", "\u001f", " ", "a", "/", "é", "容", "🐳", "\u2028", "\uffff", "\n"];
        for (var round = 0; round < 2000; round++)
        {
            var text = string.Concat(random.GetItems(pieces, random.Next(40)));
            Assert.Equal(text, JsonSerializer.Deserialize<string>(Written(text)));
            Assert.Equal(text, JsonSerializer.Deserialize<string>(Written(Encoding.UTF8.GetBytes(text))));
        }
    }

    private static string Written(string text) => Written(json => json.WriteStringValue(text));

    private static string Written(byte[] text) => Written(json => json.WriteStringValue(text));

    private static string Written(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Options)) write(json);
        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
