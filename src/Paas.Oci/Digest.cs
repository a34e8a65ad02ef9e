using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json.Serialization;

namespace Paas.Oci;

/// <summary>
/// The name of content: <c>algorithm:encoded</c> (image-spec, descriptor.md, "Digests"). Every algorithm of the grammar parses;
/// for <c>sha256</c> and <c>sha512</c>, the registered ones, the encoded part must be lower-case hex of the right length, and only
/// these can be computed. The default value names nothing: <see cref="IsEmpty"/>.
/// </summary>
[JsonConverter(typeof(DigestJsonConverter))]
public readonly record struct Digest : ISpanParsable<Digest>
{
    /// <summary>The algorithm of everything we write of our own accord.</summary>
    public const string Sha256 = "sha256";

    /// <summary>The other registered algorithm: content that others name by it is kept under that name.</summary>
    public const string Sha512 = "sha512";

    private static readonly SearchValues<char> LowerHex = SearchValues.Create("0123456789abcdef");
    private static readonly SearchValues<char> LowerAlphanumeric = SearchValues.Create("0123456789abcdefghijklmnopqrstuvwxyz");
    private static readonly SearchValues<char> EncodedCharacters =
        SearchValues.Create("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ=_-");

    private readonly string? _value;

    private Digest(string value) => _value = value;

    /// <summary>True for the default value.</summary>
    public bool IsEmpty => _value is null;

    /// <summary>The part before the colon, e.g. <c>sha256</c>; empty for the default value.</summary>
    public string Algorithm => _value is null ? "" : _value[.._value.IndexOf(':')];

    /// <summary>The part after the colon; empty for the default value.</summary>
    public string Hex => _value is null ? "" : _value[(_value.IndexOf(':') + 1)..];

    /// <summary>True when content can be checked against it: the algorithm is one of the registered ones.</summary>
    public bool IsComputable => IsRegistered(Algorithm);

    /// <summary>Twelve characters for people to read.</summary>
    public string Abbreviated => Hex.Length > 12 ? Hex[..12] : Hex;

    /// <summary>A digest from a computed SHA-256 hash of 32 bytes.</summary>
    public static Digest FromSha256(ReadOnlySpan<byte> hash)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(hash.Length, SHA256.HashSizeInBytes);
        return new Digest($"{Sha256}:{Convert.ToHexStringLower(hash)}");
    }

    /// <summary>A digest from a computed hash.</summary>
    /// <param name="algorithm"><see cref="Sha256"/> or <see cref="Sha512"/>.</param>
    /// <param name="hash">As many bytes as the algorithm gives.</param>
    /// <exception cref="NotSupportedException">Another algorithm.</exception>
    public static Digest FromHash(string algorithm, ReadOnlySpan<byte> hash)
    {
        if (algorithm == Sha256) return FromSha256(hash);
        ArgumentOutOfRangeException.ThrowIfNotEqual(hash.Length, NameOf(algorithm) == HashAlgorithmName.SHA512 ? SHA512.HashSizeInBytes : 0);
        return new Digest($"{algorithm}:{Convert.ToHexStringLower(hash)}");
    }

    /// <summary>True for <see cref="Sha256"/> and <see cref="Sha512"/>.</summary>
    public static bool IsRegistered(string algorithm) => algorithm is Sha256 or Sha512;

    /// <summary>Begins to compute a digest of content that comes in pieces; <see cref="FromHash"/> ends it.</summary>
    /// <exception cref="NotSupportedException">Neither <see cref="Sha256"/> nor <see cref="Sha512"/>.</exception>
    public static IncrementalHash CreateHash(string algorithm) => IncrementalHash.CreateHash(NameOf(algorithm));

    /// <summary>The SHA-256 digest of the bytes.</summary>
    public static Digest Compute(ReadOnlySpan<byte> content) => FromSha256(SHA256.HashData(content));

    /// <summary>The digest of the bytes by the algorithm of that name.</summary>
    /// <exception cref="NotSupportedException">Neither <see cref="Sha256"/> nor <see cref="Sha512"/>.</exception>
    public static Digest Compute(ReadOnlySpan<byte> content, string algorithm) =>
        FromHash(algorithm, NameOf(algorithm) == HashAlgorithmName.SHA512 ? SHA512.HashData(content) : SHA256.HashData(content));

    /// <summary>The SHA-256 digest of what is left in the stream.</summary>
    public static Digest Compute(Stream content) => FromSha256(SHA256.HashData(content));

    /// <inheritdoc cref="Compute(Stream)"/>
    public static async Task<Digest> ComputeAsync(Stream content, CancellationToken cancellationToken) =>
        FromSha256(await SHA256.HashDataAsync(content, cancellationToken).ConfigureAwait(false));

    /// <exception cref="FormatException">The text is no digest.</exception>
    public static Digest Parse(string text) =>
        TryParse(text, out var digest) ? digest : throw new FormatException($"'{text}' is not a digest like sha256:<64 hex digits>");

    static Digest IParsable<Digest>.Parse(string s, IFormatProvider? provider) => Parse(s);

    static Digest ISpanParsable<Digest>.Parse(ReadOnlySpan<char> s, IFormatProvider? provider) => Parse(s.ToString());

    static bool IParsable<Digest>.TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Digest result) =>
        TryParse(s, out result);

    static bool ISpanParsable<Digest>.TryParse(ReadOnlySpan<char> s, IFormatProvider? provider, out Digest result) =>
        TryParse(s, out result);

    public static bool TryParse([NotNullWhen(true)] string? text, out Digest digest)
    {
        var valid = text is not null && IsValid(text);
        digest = valid ? new Digest(text!) : default;
        return valid;
    }

    public static bool TryParse(ReadOnlySpan<char> text, out Digest digest)
    {
        var valid = IsValid(text);
        digest = valid ? new Digest(text.ToString()) : default;
        return valid;
    }

    public override string ToString() => _value ?? "";

    private static HashAlgorithmName NameOf(string algorithm) => algorithm switch
    {
        Sha256 => HashAlgorithmName.SHA256,
        Sha512 => HashAlgorithmName.SHA512,
        _ => throw new NotSupportedException($"'{algorithm}' cannot be computed: only {Sha256} and {Sha512} can"),
    };

    private static bool IsValid(ReadOnlySpan<char> text)
    {
        var colon = text.IndexOf(':');
        if (colon <= 0 || colon == text.Length - 1) return false;
        var algorithm = text[..colon];
        var encoded = text[(colon + 1)..];
        return algorithm switch
        {
            "sha256" => encoded.Length == 64 && !encoded.ContainsAnyExcept(LowerHex),
            "sha512" => encoded.Length == 128 && !encoded.ContainsAnyExcept(LowerHex),
            _ => IsAlgorithm(algorithm) && !encoded.ContainsAnyExcept(EncodedCharacters),
        };
    }

    private static bool IsAlgorithm(ReadOnlySpan<char> algorithm)
    {
        foreach (var range in algorithm.SplitAny('+', '.', '_', '-'))
        {
            var component = algorithm[range];
            if (component.IsEmpty || component.ContainsAnyExcept(LowerAlphanumeric)) return false;
        }

        return true;
    }
}
