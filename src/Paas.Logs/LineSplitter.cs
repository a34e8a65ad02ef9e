namespace Paas.Logs;

/// <summary>Makes lines of a stream of bytes, which comes in pieces of any size. A line too long for the log comes in parts.</summary>
/// <param name="line">Takes a line without its newline; the bytes are good only during the call.</param>
/// <param name="longest">Bytes of an unfinished line that are kept before a part is handed on.</param>
public sealed class LineSplitter(Action<ReadOnlySpan<byte>> line, int longest = 16 * 1024)
{
    private byte[] _rest = [];
    private int _length;

    /// <summary>Hands on every line that ends in these bytes.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        while (bytes.IndexOf((byte)'\n') is >= 0 and var end)
        {
            Finish(bytes[..end]);
            bytes = bytes[(end + 1)..];
        }

        Keep(bytes);
    }

    /// <summary>Hands on the line that was begun, if any.</summary>
    public void End()
    {
        if (_length > 0) Finish([]);
    }

    private void Finish(ReadOnlySpan<byte> end)
    {
        // Most lines come whole and need no copy.
        if (_length == 0 && end.Length <= longest)
        {
            line(end);
            return;
        }

        Keep(end);
        line(_rest.AsSpan(0, _length));
        _length = 0;
    }

    private void Keep(ReadOnlySpan<byte> bytes)
    {
        while (_length + bytes.Length > longest)
        {
            var fitting = longest - _length;
            Append(bytes[..fitting]);
            bytes = bytes[fitting..];
            var whole = Utf8Text.WholeCharacters(_rest.AsSpan(0, _length));
            line(_rest.AsSpan(0, whole));
            _rest.AsSpan(whole, _length - whole).CopyTo(_rest);
            _length -= whole;
        }

        Append(bytes);
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        if (_rest.Length < _length + bytes.Length) Array.Resize(ref _rest, Math.Max(256, Math.Max(_rest.Length * 2, _length + bytes.Length)));
        bytes.CopyTo(_rest.AsSpan(_length));
        _length += bytes.Length;
    }
}
