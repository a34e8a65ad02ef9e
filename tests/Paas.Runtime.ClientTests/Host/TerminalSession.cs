using System.Diagnostics;
using System.Text;
using Paas.Testing;

namespace Paas.Runtime.ClientTests.Host;

/// <summary>A command on a pseudo-terminal, as a person at a keyboard has it: script(1) opens the terminal and connects it to the test.</summary>
public sealed class TerminalSession : IAsyncDisposable
{
    /// <summary>
    /// For a shell: prints rows and columns once they are known. Engines set them only after the process has been started, and until then
    /// <c>stty</c> prints none, whatever its exit code.
    /// </summary>
    public const string ShowSize = "until case $(stty size 2>/dev/null) in [1-9]*) ;; *) false ;; esac; do sleep 0.1; done; stty size";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Process _script;
    private readonly StringBuilder _shown = new();
    private readonly Task _reading;

    private TerminalSession(Process script)
    {
        _script = script;
        _reading = ReadAsync();
    }

    /// <summary>All that the terminal has shown, without the carriage returns, of which each terminal on the way adds one.</summary>
    public string Shown
    {
        get
        {
            lock (_shown) return _shown.ToString().Replace("\r", "", StringComparison.Ordinal);
        }
    }

    public static TerminalSession Start(Command command, int rows, int columns)
    {
        var words = ((IEnumerable<string>)[command.Program, .. command.Arguments]).Select(Quote);
        var line = $"stty rows {rows} cols {columns}; exec {string.Join(' ', words)}";
        var script = new Command("/usr/bin/script", "--quiet", "--return", "--flush", "--command", line, "/dev/null") { Environment = command.Environment };
        return new TerminalSession(script.Start());
    }

    /// <summary>Waits until the terminal shows a text.</summary>
    public async Task ExpectAsync(string text)
    {
        try
        {
            await Eventually.TrueAsync(text, Patience, () => Task.FromResult(Shown.Contains(text, StringComparison.Ordinal)));
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"the terminal does not show {text}; it shows:\n{Shown}", e);
        }
    }

    /// <summary>Types a line at a shell's prompt and waits until all of it has been carried out.</summary>
    public async Task CommandAsync(string line)
    {
        // The terminal shows what is typed, too: the mark is not typed as it will be printed.
        var mark = $"done-{Guid.NewGuid():N}";
        await TypeAsync($"{line}; echo {mark[..8]}''{mark[8..]}\n");
        await ExpectAsync(mark + "\n");
    }

    public async Task TypeAsync(string text)
    {
        await _script.StandardInput.WriteAsync(text);
        await _script.StandardInput.FlushAsync();
    }

    /// <summary>Waits for the command's end.</summary>
    public async Task<(int ExitCode, string Shown)> EndAsync()
    {
        using var deadline = new CancellationTokenSource(Patience);
        try
        {
            await _script.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException e)
        {
            throw new TimeoutException($"the command does not end; the terminal shows:\n{Shown}", e);
        }

        await _reading;
        return (_script.ExitCode, Shown);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_script.HasExited) _script.Kill(entireProcessTree: true);
        await _script.WaitForExitAsync();
        _script.Dispose();
    }

    private async Task ReadAsync()
    {
        var buffer = new char[1024];
        while (await _script.StandardOutput.ReadAsync(buffer) is var count and > 0)
        {
            lock (_shown) _shown.Append(buffer, 0, count);
        }
    }

    private static string Quote(string word) => $"'{word.Replace("'", @"'\''", StringComparison.Ordinal)}'";
}
