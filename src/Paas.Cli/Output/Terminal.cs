using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Encodings.Web;

namespace Paas.Cli.Output;

/// <summary>Where output goes: data on standard output; progress, next steps and errors on standard error.</summary>
internal sealed class Terminal
{
    private readonly StandardStream _output = new(1);
    private readonly StandardStream _errors = new(2);

    private Terminal(bool outputIsTerminal, bool errorsAreTerminal)
    {
        var wanted = string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) && Environment.GetEnvironmentVariable("TERM") is not (null or "dumb");
        OutputIsTerminal = outputIsTerminal;
        ErrorsAreTerminal = errorsAreTerminal;
        Style = new Style(wanted && outputIsTerminal);
        ErrorStyle = new Style(wanted && errorsAreTerminal);
    }

    public bool OutputIsTerminal { get; }

    public bool ErrorsAreTerminal { get; }

    /// <summary>Colours of standard output.</summary>
    public Style Style { get; }

    /// <summary>Colours of standard error.</summary>
    public Style ErrorStyle { get; }

    public static Terminal Open() => new(!Console.IsOutputRedirected, !Console.IsErrorRedirected);

    /// <summary>A line of data.</summary>
    public void Line(string text = "") => Text(text + "\n");

    /// <summary>Data as it is.</summary>
    public void Text(string text) => _output.Write(Encoding.UTF8.GetBytes(text));

    /// <summary>Data that may be no text at all.</summary>
    public void Bytes(ReadOnlySpan<byte> bytes, bool toErrors) => (toErrors ? _errors : _output).Write(bytes);

    /// <summary>Data for a program, indented for a person.</summary>
    public void Json<T>(T document, JsonTypeInfo<T> type)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            JsonSerializer.Serialize(writer, document, type);
        }

        buffer.WriteByte((byte)'\n');
        _output.Write(buffer.GetBuffer().AsSpan(0, (int)buffer.Length));
    }

    /// <summary>A line about what happens.</summary>
    public void Note(string text) => Errors(text + "\n");

    /// <summary>The one obvious next step.</summary>
    public void Next(string text) => Errors(ErrorStyle.Dim(text) + "\n");

    /// <summary>An error, in the shape that a push has it too.</summary>
    public void Error(string message, string? hint = null)
    {
        var text = new StringBuilder();
        foreach (var line in message.Split('\n')) text.Append(ErrorStyle.Red(" !     ")).Append(line).Append('\n');
        foreach (var line in hint?.Split('\n') ?? []) text.Append(ErrorStyle.Red(" !     ")).Append(ErrorStyle.Dim(line)).Append('\n');
        Errors(text.ToString());
    }

    /// <summary>
    /// Says what is being done and how it ended: <c>Scaling web... done, now running web at 3</c>. At a terminal it is visible
    /// from the start and moves; elsewhere it is one whole line once it worked, and nothing but the error when it did not.
    /// </summary>
    public async Task<T> DuringAsync<T>(string doing, Task<T> work, Func<T, string> outcome)
    {
        if (!ErrorsAreTerminal)
        {
            var quiet = await work;
            Note($"{doing}... {outcome(quiet)}");
            return quiet;
        }

        try
        {
            await SpinAsync(doing, work);
            var result = await work;
            Errors($"\r\e[K{doing}... {outcome(result)}\n");
            return result;
        }
        catch (Exception)
        {
            Errors($"\r\e[K{doing}... {ErrorStyle.Red("failed")}\n");
            throw;
        }
    }

    private async Task SpinAsync(string doing, Task work)
    {
        const string Frames = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";
        for (var i = 0; !work.IsCompleted; i++)
        {
            Errors($"\r\e[K{doing}... {ErrorStyle.Cyan(Frames[i % Frames.Length].ToString())}");
            await Task.WhenAny(work, Task.Delay(100));
        }
    }

    private void Errors(string text) => _errors.Write(Encoding.UTF8.GetBytes(text));
}
