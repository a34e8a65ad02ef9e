using System.Text;
using System.Text.Encodings.Web;

namespace Paas.Runtime.CommandLine;

/// <summary>
/// Escapes what JSON itself must have escaped (RFC 8259, section 7) and leaves everything else readable. The base library's encoders
/// first build tables of what browsers might take for markup, which is more than the rest of a verb that only looks.
/// </summary>
internal sealed class EssentialJsonEncoder : JavaScriptEncoder
{
    private const string HexDigits = "0123456789abcdef";

    public static EssentialJsonEncoder Instance { get; } = new();

    public override int MaxOutputCharactersPerInputCharacter => 6;

    public override bool WillEncode(int unicodeScalar) => unicodeScalar is < ' ' or '"' or '\\';

    public override unsafe int FindFirstCharacterToEncode(char* text, int textLength)
    {
        for (var i = 0; i < textLength; i++)
        {
            if (WillEncode(text[i])) return i;
            if (!char.IsSurrogate(text[i])) continue;
            // Half a pair is no text: the caller puts the replacement character there.
            if (i + 1 == textLength || !char.IsSurrogatePair(text[i], text[i + 1])) return i;
            i++;
        }

        return -1;
    }

    public override int FindFirstCharacterToEncodeUtf8(ReadOnlySpan<byte> utf8Text)
    {
        for (var i = 0; i < utf8Text.Length; i++)
        {
            if (WillEncode(utf8Text[i])) return i;
            if (utf8Text[i] < 0x80) continue;
            if (Rune.DecodeFromUtf8(utf8Text[i..], out _, out var length) != System.Buffers.OperationStatus.Done) return i;
            i += length - 1;
        }

        return -1;
    }

    public override unsafe bool TryEncodeUnicodeScalar(int unicodeScalar, char* buffer, int bufferLength, out int numberOfCharactersWritten)
    {
        var output = new Span<char>(buffer, bufferLength);
        numberOfCharactersWritten = 0;
        if (!WillEncode(unicodeScalar)) return new Rune(unicodeScalar).TryEncodeToUtf16(output, out numberOfCharactersWritten);
        ReadOnlySpan<char> escape = unicodeScalar switch
        {
            '"' => "\\\"",
            '\\' => "\\\\",
            '\n' => "\\n",
            '\r' => "\\r",
            '\t' => "\\t",
            '\b' => "\\b",
            '\f' => "\\f",
            _ => ['\\', 'u', '0', '0', HexDigits[unicodeScalar >> 4], HexDigits[unicodeScalar & 0xF]],
        };
        if (!escape.TryCopyTo(output)) return false;
        numberOfCharactersWritten = escape.Length;
        return true;
    }
}
