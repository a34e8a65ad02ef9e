using System.Text.Json;

namespace Paas.Node;

/// <summary>What <c>paas-runtime</c> says when it fails, on standard error or in its log: lines of text, or of JSON with the member <c>msg</c>.</summary>
internal static class RuntimeErrors
{
    /// <summary>The errors in one line; empty when there are none. Warnings are no errors.</summary>
    public static string Describe(string log) =>
        string.Join("; ", log.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(Message).OfType<string>());

    private static string? Message(string line)
    {
        const string Program = "paas-runtime: ";
        if (!line.StartsWith('{')) return line.StartsWith(Program, StringComparison.Ordinal) ? line[Program.Length..] : line;
        try
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            if (root.TryGetProperty("level", out var level) && level.GetString() is "warning" or "info" or "debug") return null;
            return root.TryGetProperty("msg", out var message) ? message.GetString() ?? line : line;
        }
        catch (JsonException)
        {
            return line;
        }
    }
}
