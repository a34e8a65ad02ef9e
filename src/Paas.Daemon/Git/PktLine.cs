using System.Globalization;
using System.Text;

namespace Paas.Daemon.Git;

/// <summary>git's framing: four hex digits of length, themselves included, then the payload (gitprotocol-common(5)).</summary>
internal static class PktLine
{
    /// <summary>Most bytes of a frame, its length included.</summary>
    public const int MaxLength = 65520;

    /// <summary>The frame that ends a section.</summary>
    public static ReadOnlyMemory<byte> Flush { get; } = "0000"u8.ToArray();

    public static byte[] Text(string text) => Encoding.UTF8.GetBytes($"{Encoding.UTF8.GetByteCount(text) + 4:x4}{text}");

    /// <summary>A message for the person, on side-band 2 (gitprotocol-capabilities(5)).</summary>
    public static byte[] Progress(string text) => Text('\u0002' + text);

    /// <summary>The length a frame's header gives, or null for what is no header.</summary>
    public static int? Length(ReadOnlySpan<byte> header) =>
        header.Length >= 4 && int.TryParse(header[..4], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var length)
        && length <= MaxLength ? length : null;
}
