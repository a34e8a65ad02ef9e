using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json.Serialization;

namespace Paas.Oci.Images;

/// <summary>What an image runs on, in Go's names (image-spec, image-index.md).</summary>
public sealed record Platform
{
    public required string Architecture { get; init; }

    public required string Os { get; init; }

    [JsonPropertyName("os.version")]
    public string? OsVersion { get; init; }

    [JsonPropertyName("os.features")]
    public IReadOnlyList<string>? OsFeatures { get; init; }

    public string? Variant { get; init; }

    /// <summary>This machine.</summary>
    public static Platform Current { get; } = new()
    {
        Os = "linux",
        Architecture = RuntimeInformation.OSArchitecture switch
        {
            System.Runtime.InteropServices.Architecture.X64 => "amd64",
            System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
            System.Runtime.InteropServices.Architecture.X86 => "386",
            var other => other.ToString().ToLowerInvariant(),
        },
    };

    /// <summary>Reads <c>os/architecture[/variant]</c>, or an architecture alone, under the names people use.</summary>
    /// <exception cref="FormatException">The text is no platform.</exception>
    public static Platform Parse(string text)
    {
        var parts = text.ToLowerInvariant().Split('/');
        if (parts.Length == 1) parts = ["linux", .. parts];
        if (parts.Length > 3 || parts.Any(part => part.Length == 0 || !part.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-')))
            throw new FormatException($"'{text}' is not a platform like linux/amd64 or linux/arm/v7");
        var (architecture, variant) = parts[1] switch
        {
            "x86_64" or "x86-64" => ("amd64", null),
            "aarch64" => ("arm64", null),
            "armhf" => ("arm", "v7"),
            "armel" => ("arm", "v6"),
            "i386" or "i686" => ("386", null),
            var other => (other, (string?)null),
        };
        return new Platform { Os = parts[0], Architecture = architecture, Variant = parts.Length == 3 ? parts[2] : variant };
    }

    /// <summary>
    /// How well a program for <paramref name="other"/> runs here: 0 is best, higher is worse, null is not at all. An older
    /// variant of the same architecture runs, and so does the 32-bit architecture under a 64-bit one.
    /// </summary>
    public int? Accepts(Platform other)
    {
        if (other.Os != Os) return null;
        var rank = Array.IndexOf(Candidates(), (other.Architecture, Level(other.Architecture, other.Variant)));
        return rank < 0 ? null : rank;
    }

    public override string ToString() => Variant is null ? $"{Os}/{Architecture}" : $"{Os}/{Architecture}/{Variant}";

    private (string Architecture, int Level)[] Candidates()
    {
        var level = Level(Architecture, Variant);
        IEnumerable<(string, int)> Down(string architecture, int from, int to) =>
            Enumerable.Range(to, int.Max(from - to + 1, 0)).Reverse().Select(step => (architecture, step));
        return Architecture switch
        {
            "amd64" => [.. Down("amd64", level, 1), ("386", 0)],
            "arm64" => [.. Down("arm64", level, 8), .. Down("arm", 8, 5)],
            "arm" => [.. Down("arm", level, 5)],
            _ => [(Architecture, level)],
        };
    }

    // What a missing variant means is the convention of the image tools: v1 of amd64, v8 of arm64, v7 of arm.
    private static int Level(string architecture, string? variant)
    {
        if (variant is { Length: > 1 } && variant[0] == 'v' && int.TryParse(variant.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var level) && level < 100)
            return level;
        return (architecture, variant) switch
        {
            ("amd64", null or "") => 1,
            ("arm64", null or "") => 8,
            ("arm", null or "") => 7,
            (_, null or "") => 0,
            _ => -1,
        };
    }
}
