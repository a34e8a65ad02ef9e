using System.Text.Encodings.Web;
using System.Text.Json;

namespace Paas.Build;

/// <summary>
/// The two forms of a process type's command, as a Dockerfile has them: a line for the image's shell, or a JSON array of words that are
/// run as they are. The words follow the image's entrypoint; none are the image's own command.
/// </summary>
public static class ProcessCommand
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The words of a command in that form; null for a line for the shell.</summary>
    public static IReadOnlyList<string>? Words(string command)
    {
        if (!command.StartsWith('[')) return null;
        try
        {
            return JsonSerializer.Deserialize<string[]>(command) is { } words && !words.Contains(null) ? words : null;
        }
        catch (JsonException)
        {
            // A shell's [ is a command.
            return null;
        }
    }

    /// <summary>Words as a command.</summary>
    public static string Of(IEnumerable<string> words) => JsonSerializer.Serialize(words, Readable);

    /// <summary>True for the commands of an image that brought its own.</summary>
    public static bool IsOfImage(IReadOnlyDictionary<string, string> processes) => processes.Values.Any(command => Words(command) is not null);
}
