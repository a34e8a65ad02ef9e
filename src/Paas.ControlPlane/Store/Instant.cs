using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Paas.ControlPlane.Store;

/// <summary>Times as the database keeps them: UTC, ISO 8601, of one width, so that they sort as text.</summary>
internal static class Instant
{
    [return: NotNullIfNotNull(nameof(at))]
    internal static string? Format(DateTimeOffset? at) => at?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'", CultureInfo.InvariantCulture);

    internal static DateTimeOffset Parse(string text) =>
        DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);

    [return: NotNullIfNotNull(nameof(text))]
    internal static DateTimeOffset? ParseOptional(string? text) => text is null ? null : Parse(text);
}
