using System.Text.Json;
using Paas.Linux;
using Paas.Runtime.CommandLine;
using Paas.Runtime.Supervise;
using Paas.Runtime.Verbs;

namespace Paas.Runtime;

/// <summary>Entry point: reads the options before the verb, finds the verb, turns failures into messages and exit codes.</summary>
internal static class Program
{
    private const int Failure = 1;

    private static int Main(string[] arguments)
    {
        var options = new GlobalOptions(GlobalOptions.DefaultRoot, null, false);
        string? verb = null;
        try
        {
            (options, verb, var rest) = GlobalOptions.Parse(arguments);
            return Run(verb, options, rest);
        }
        catch (VersionRequested)
        {
            StandardOutput.Write(VersionText.Text);
            return 0;
        }
        catch (HelpRequested)
        {
            StandardOutput.Write(HelpText.Text);
            return 0;
        }
        catch (UsageException e)
        {
            ErrorReport.Write(options, verb is null ? e.Message : $"{verb}: {e.Message}");
            return Failure;
        }
        catch (Exception e) when (e is RuntimeException or LinuxException or IOException or UnauthorizedAccessException or JsonException or ArgumentException or FormatException)
        {
            ErrorReport.Write(options, e.Message);
            return verb == "exec" ? ExecVerb.Failure : Failure;
        }
    }

    private static int Run(string? verb, GlobalOptions options, IReadOnlyList<string> arguments) => verb switch
    {
        "create" => CreateVerb.Run(options, arguments),
        "start" => StartVerb.Run(options, arguments),
        "run" => RunVerb.Run(options, arguments),
        "exec" => ExecVerb.Run(options, arguments),
        "state" => StateVerb.Run(options, arguments),
        "list" => ListVerb.Run(options, arguments),
        "ps" => PsVerb.Run(options, arguments),
        "kill" => KillVerb.Run(options, arguments),
        "delete" => DeleteVerb.Run(options, arguments),
        "spec" => SpecVerb.Run(arguments),
        "features" => FeaturesVerb.Run(),
        "supervise" => SuperviseVerb.Run(arguments),
        "help" => throw new HelpRequested(),
        null => throw new UsageException("no verb given; see paas-runtime --help"),
        _ => throw new UsageException($"unknown verb {verb}; see paas-runtime --help"),
    };
}
