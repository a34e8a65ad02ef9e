using System.Text;
using System.Text.Json;

namespace Paas.Runtime.CommandLine;

/// <summary>Says what went wrong: on standard error, and in the file of <c>--log</c> in the form its readers expect of runc.</summary>
internal static class ErrorReport
{
    public static void Write(GlobalOptions options, string message)
    {
        StandardOutput.WriteError($"paas-runtime: {message}\n");
        if (options.Log is null) return;
        try
        {
            using var file = File.OpenHandle(options.Log, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
            RandomAccess.Write(file, Line(options.JsonLog, message), RandomAccess.GetLength(file));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            StandardOutput.WriteError($"paas-runtime: cannot write the log {options.Log}: {e.Message}\n");
        }
    }

    private static byte[] Line(bool json, string message)
    {
        var time = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ssZ");
        if (!json) return Encoding.UTF8.GetBytes($"time=\"{time}\" level=error msg=\"{message.Replace("\"", "\\\"")}\"\n");
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("level", "error");
            writer.WriteString("msg", message);
            writer.WriteString("time", time);
            writer.WriteEndObject();
        }

        buffer.WriteByte((byte)'\n');
        return buffer.ToArray();
    }
}
