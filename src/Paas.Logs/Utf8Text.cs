namespace Paas.Logs;

internal static class Utf8Text
{
    /// <summary>Length of the part that does not end within a character. Bytes that are no UTF-8 may end anywhere.</summary>
    public static int WholeCharacters(ReadOnlySpan<byte> bytes)
    {
        for (var back = 1; back <= Math.Min(3, bytes.Length - 1); back++)
        {
            var last = bytes[^back];
            if ((last & 0xC0) == 0x80) continue;
            var needed = last >= 0xF0 ? 4 : last >= 0xE0 ? 3 : last >= 0xC0 ? 2 : 1;
            return back < needed ? bytes.Length - back : bytes.Length;
        }

        return bytes.Length;
    }
}
