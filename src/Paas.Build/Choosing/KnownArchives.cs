using System.Globalization;
using System.Net.Http.Headers;

namespace Paas.Build.Choosing;

/// <summary>An archive that was fetched before.</summary>
/// <param name="Files">What was in it.</param>
/// <param name="Tag">The entity tag that its server gave it; null where it gave none.</param>
/// <param name="ModifiedAt">When it was changed, as its server said; null where that cannot tell two versions apart.</param>
internal sealed record KnownArchive(string Files, EntityTagHeaderValue? Tag, DateTimeOffset? ModifiedAt)
{
    /// <summary>Asks for it only if it is another by now (RFC 9110 section 13.1).</summary>
    public void Condition(HttpRequestHeaders headers)
    {
        if (Tag is not null) headers.IfNoneMatch.Add(Tag);
        else headers.IfModifiedSince = ModifiedAt;
    }
}

/// <summary>
/// Archives of buildpacks, kept between builds beside the pinned repositories with what their servers said of them. They are asked for at each
/// build, and sent again when they have changed. docs/decisions/0043.
/// </summary>
internal sealed class KnownArchives(PinnedBuildpacks kept)
{
    private const string Content = "files";
    private const string Validator = "validator";

    // A change within the second of the first would not show (RFC 9110 section 8.8.2.2).
    private static readonly TimeSpan Settled = TimeSpan.FromMinutes(1);

    /// <summary>The last one of an address; null where there is none.</summary>
    public KnownArchive? Find(string address)
    {
        if (kept.Newest(address) is not { } directory) return null;
        try
        {
            var text = File.ReadAllText(Path.Combine(directory, Validator));
            var tag = EntityTagHeaderValue.TryParse(text, out var parsed) ? parsed : null;
            DateTimeOffset? at = tag is null && DateTimeOffset.TryParseExact(text, "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var moment) ? moment : null;
            return tag is null && at is null ? null : new KnownArchive(Path.Combine(directory, Content), tag, at);
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Takes over what was in an archive, if its server said how to know it again.</summary>
    /// <param name="address">Where it was asked for.</param>
    /// <param name="response">The answer that it came with.</param>
    /// <param name="files">What was in it.</param>
    /// <param name="scratch">A directory of the build's own, on the same filesystem.</param>
    /// <returns>Where they are now.</returns>
    public string Keep(string address, HttpResponseMessage response, string files, string scratch)
    {
        if (ValidatorOf(response) is not { } validator) return files;
        var directory = Directory.CreateDirectory(Path.Combine(scratch, "kept")).FullName;
        File.WriteAllText(Path.Combine(directory, Validator), validator);
        Directory.Move(files, Path.Combine(directory, Content));
        return Path.Combine(kept.Keep(address, validator, directory), Content);
    }

    private static string? ValidatorOf(HttpResponseMessage response)
    {
        if (response.Headers.ETag is { } tag) return tag.ToString();
        return response.Content.Headers.LastModified is { } at && response.Headers.Date - at > Settled ? at.ToString("r", CultureInfo.InvariantCulture) : null;
    }
}
