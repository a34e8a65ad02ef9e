using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace Paas.Testing;

/// <summary>How a program ended and what it printed.</summary>
public sealed record CommandResult(string CommandLine, int ExitCode, string Stdout, string Stderr, TimeSpan Elapsed)
{
    public string Output => Stdout + Stderr;

    /// <summary>Fails the test, with all that was printed, unless the program ended with 0.</summary>
    public CommandResult Succeeded() =>
        ExitCode == 0 ? this : throw new InvalidOperationException($"{this}");

    public override string ToString() => $"{CommandLine}\nexit status {ExitCode}\n{Stdout}\n{Stderr}";
}

/// <summary>A program to run to its end, as a person at a shell would.</summary>
public sealed record Command(string Program, params IReadOnlyList<string> Arguments)
{
    // ETXTBSY
    private const int TextFileBusy = 26;

    public string? Directory { get; init; }

    public string? Stdin { get; init; }

    public TimeSpan Timeout { get; init; } = TimeSpan.FromMinutes(5);

    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    /// <summary>Runs it; kills it and throws <see cref="TimeoutException"/> when it takes too long.</summary>
    public async Task<CommandResult> RunAsync()
    {
        var clock = Stopwatch.StartNew();
        using var process = Process.Start(StartInfo()) ?? throw new InvalidOperationException($"{Program} did not start");
        var stdout = process.StandardOutput.ReadToEndAsync();
        var stderr = process.StandardError.ReadToEndAsync();
        if (Stdin is not null) await process.StandardInput.WriteAsync(Stdin);
        process.StandardInput.Close();
        using var deadline = new CancellationTokenSource(Timeout);
        try
        {
            await process.WaitForExitAsync(deadline.Token);
            return new CommandResult(ToString(), process.ExitCode, await stdout, await stderr, clock.Elapsed);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{this} did not end within {Timeout}:\n{await stdout}\n{await stderr}");
        }
    }

    /// <summary>Starts it and returns at once; the caller kills it.</summary>
    public Process Start()
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return Process.Start(StartInfo()) ?? throw new InvalidOperationException($"{Program} did not start");
            }
            catch (Win32Exception error) when (error.NativeErrorCode == TextFileBusy && attempt < 50)
            {
                // A program that was just written is held open for a moment by whatever was forked meanwhile and has not executed yet.
                Thread.Sleep(attempt);
            }
        }
    }

    public override string ToString() => new StringBuilder(Program).Append(' ').AppendJoin(' ', Arguments).ToString();

    private ProcessStartInfo StartInfo()
    {
        var info = new ProcessStartInfo(Program, Arguments)
        {
            WorkingDirectory = Directory ?? "",
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in Environment) info.Environment[name] = value;
        return info;
    }
}
