using System.Text;
using Paas.Cli.CommandLine;

namespace Paas.Cli.Output;

/// <summary>Asks for what nobody else should see.</summary>
internal static class SecretPrompt
{
    /// <summary>What is typed up to Enter, not shown; null where there is no terminal to ask at.</summary>
    public static string? Read(string prompt)
    {
        if (Console.IsInputRedirected) return null;
        Console.Error.Write(prompt);
        var typed = new StringBuilder();
        while (Console.ReadKey(intercept: true) is var key && key.Key != ConsoleKey.Enter)
        {
            if (key.Key == ConsoleKey.Backspace) typed.Length = Math.Max(0, typed.Length - 1);
            else if (!char.IsControl(key.KeyChar)) typed.Append(key.KeyChar);
        }

        Console.Error.WriteLine();
        return typed.ToString();
    }

    /// <summary>A password, from standard input or asked for.</summary>
    /// <param name="fromInput">True reads standard input to its end.</param>
    /// <param name="prompt">The question, else.</param>
    /// <param name="ct">Cancels reading.</param>
    /// <exception cref="UsageException">It is to be asked for, and there is no terminal.</exception>
    public static async Task<string> PasswordAsync(bool fromInput, string prompt, CancellationToken ct)
    {
        if (!fromInput) return Read(prompt) ?? throw new UsageException("There is no terminal to ask for the password at", "Give it on standard input, with --password-stdin");
        using var input = new StreamReader(StandardInput.Open());
        // A file or an echo ends with a line's end, which is no part of it.
        return (await input.ReadToEndAsync(ct)).TrimEnd('\r', '\n');
    }
}
