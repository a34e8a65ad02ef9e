using System.Text;
using System.Text.Json;

namespace Paas.Images.Remote;

/// <summary>Documents of a server that is not trusted: never more than a limit, whatever it announces.</summary>
internal static class BoundedBody
{
    /// <summary>Characters of a server's own words that are passed on to people.</summary>
    private const int MaximumWords = 300;

    private const int MaximumErrorBytes = 64 * 1024;

    /// <exception cref="RegistryException">There is more than <paramref name="limit"/> bytes.</exception>
    public static async Task<byte[]> ReadAsync(HttpResponseMessage response, int limit, StallTimer timer)
    {
        if (response.Content.Headers.ContentLength is { } announced && announced > limit) throw TooLarge(response, limit);
        await using var stream = await response.Content.ReadAsStreamAsync(timer.Token);
        using var content = new MemoryStream();
        var buffer = new byte[32 * 1024];
        while (await ReadSomeAsync(stream, buffer, timer) is var read and > 0)
        {
            content.Write(buffer, 0, read);
            if (content.Length > limit) throw TooLarge(response, limit);
        }

        return content.ToArray();
    }

    /// <summary>Reads a piece of a body; a connection that breaks is always an <see cref="HttpIOException"/>.</summary>
    public static async Task<int> ReadSomeAsync(Stream body, Memory<byte> buffer, StallTimer timer)
    {
        try
        {
            var read = await body.ReadAsync(buffer, timer.Token);
            timer.Renew();
            return read;
        }
        catch (IOException error) when (error is not HttpIOException)
        {
            throw new HttpIOException(HttpRequestError.ResponseEnded, error.Message, error);
        }
    }

    /// <summary>
    /// What the server says is wrong (distribution-spec, "Error Codes": <c>{"errors":[{"code","message"}]}</c>), fit for a
    /// terminal; empty where it says nothing of that form.
    /// </summary>
    public static async Task<string> ReadErrorAsync(HttpResponseMessage response, StallTimer timer)
    {
        try
        {
            using var document = JsonDocument.Parse(await ReadAsync(response, MaximumErrorBytes, timer));
            if (!document.RootElement.TryGetProperty("errors", out var errors) || errors.GetArrayLength() == 0) return "";
            var words = errors.EnumerateArray().Select(error => Word(error, "message") ?? Word(error, "code")).OfType<string>();
            return Printable(string.Join("; ", words));
        }
        catch (Exception error) when (error is JsonException or IOException or HttpRequestException or InvalidOperationException)
        {
            return "";
        }
    }

    /// <summary>The text without what would move a terminal's cursor, and not endless.</summary>
    public static string Printable(string text)
    {
        var clean = new StringBuilder();
        foreach (var rune in text.EnumerateRunes().Take(MaximumWords))
            clean.Append(Rune.IsControl(rune) || Rune.GetUnicodeCategory(rune) == System.Globalization.UnicodeCategory.Format ? new Rune(' ') : rune);
        return clean.ToString().Trim();
    }

    private static string? Word(JsonElement error, string name) =>
        error.ValueKind == JsonValueKind.Object && error.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;

    private static RegistryException TooLarge(HttpResponseMessage response, int limit) =>
        new(RegistryFailure.Invalid, $"{response.RequestMessage?.RequestUri?.Authority} answered with a document of more than {limit / 1024} KiB");
}
