using System.Buffers;
using System.Buffers.Binary;

namespace Paas.Router.Proxy;

/// <summary>The id that joins a visitor's report, the access line and the app's own log.</summary>
internal static class RequestId
{
    public const string Header = "X-Request-Id";

    private const int Shortest = 8;
    private const int Longest = 128;

    private static readonly SearchValues<char> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.+=/");

    /// <summary>Whether an id given by a visitor can be kept: short, and of characters that mean nothing to any log or header.</summary>
    public static bool IsSane(string? id) =>
        id is { Length: >= Shortest and <= Longest } && !id.AsSpan().ContainsAnyExcept(Allowed);

    /// <summary>A new one: 32 hexadecimal digits, unique but no secret.</summary>
    public static string Next()
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, Random.Shared.NextInt64());
        BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], Random.Shared.NextInt64() ^ Environment.TickCount64);
        return Convert.ToHexStringLower(bytes);
    }
}
