using Paas.Cli.CommandLine;
using Paas.Cli.Output;
using Paas.Contracts.Errors;

namespace Paas.Cli;

internal static class Program
{
    public static async Task<int> Main(string[] arguments)
    {
        var terminal = Terminal.Open();
        try
        {
            return await RunAsync(arguments, terminal);
        }
        catch (UsageException error)
        {
            terminal.Error(error.Message, error.Hint);
            return ErrorCodes.ExitUsage;
        }
        catch (PaasException error)
        {
            terminal.Error(error.Message, error.Hint);
            return ErrorCodes.ExitCode(error.Code);
        }
        catch (BrokenPipeException)
        {
            return BrokenPipeException.ExitCode;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            terminal.Error(error.Message);
            return ErrorCodes.ExitFailure;
        }
        catch (Exception error)
        {
            terminal.Error($"paas {CliVersion.Text} has a bug: {error.GetType().Name}: {error.Message}");
            return ErrorCodes.ExitFailure;
        }
    }

    private static async Task<int> RunAsync(string[] arguments, Terminal terminal)
    {
        if (arguments is [] or ["-h" or "--help", ..]) arguments = ["help"];
        if (arguments is ["-v" or "--version", ..]) arguments = ["version"];
        if (arguments[0].StartsWith('-')) throw new UsageException("The command comes first: paas COMMAND [OPTIONS]", "All commands: paas help");
        var command = CommandTable.Get(arguments[0]);
        var line = LineParser.Parse(command, arguments[1..]);
        if (line.Has(Option.Help))
        {
            terminal.Text(HelpPage.Of(command, terminal.Style));
            return 0;
        }

        using var call = new Invocation(line, terminal, CancellationToken.None);
        return await command.RunAsync(call);
    }
}
