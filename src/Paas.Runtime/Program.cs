using System.Text.Json;
using Paas.Linux;
using Paas.Linux.Events;
using Paas.Runtime.CommandLine;
using Paas.Runtime.Containers;
using Paas.Runtime.Supervise;
using Paas.Runtime.Verbs;

namespace Paas.Runtime;

/// <summary>Entry point: reads the options before the verb, finds the verb, turns failures into messages and exit codes.</summary>
internal static class Program
{
    private const int Failure = 1;
    private const int UnknownVerb = 3;

    // What run comes to.
    private const int ShortLife = 96 * 1024;

    // The base library would first wait for threads and run what is to be run at the end: there is neither.
    private static void Main(string[] arguments) => Processes.End(Execute(arguments));

    private static int Execute(string[] arguments)
    {
        string? verb = null;
        try
        {
            Descriptors.OpenMissingStandardStreams();
            (var options, verb, var rest) = GlobalOptions.Parse(arguments);
            Log.Open(options);
            // Not of a program that stays: its memory counts.
            if (verb != "supervise") HeapPages.Prepare(ShortLife);
            return Run(verb, options, rest);
        }
        catch (VersionRequested)
        {
            StandardOutput.Write(VersionText.Text);
            return 0;
        }
        catch (HelpRequested help)
        {
            StandardOutput.Write(HelpText.Of(help.Command));
            return 0;
        }
        catch (UsageException e)
        {
            if (e.Command is { } command) StandardOutput.Write($"Incorrect Usage: {e.Message}\n\n{HelpText.Of(command)}");
            Log.Error(e.Message);
            return Failure;
        }
        catch (Exception e)
        {
            Log.Error(Subject(verb) + Describe(e));
            return verb == "exec" ? ExecVerb.Failure : Failure;
        }
    }

    // What a bundle can cause has words of its own. Anything else is a mistake in this program, and still no reason to crash.
    private static string Describe(Exception e) => e switch
    {
        RuntimeException or LinuxException or IOException or UnauthorizedAccessException or JsonException or ArgumentException or FormatException => ProgramFailure.Describe(e),
        OutOfMemoryException => "out of memory: config.json asks for more than this program may use",
        _ => $"internal error: {e.GetType().Name}: {e.Message}",
    };

    private static int Run(string? verb, GlobalOptions options, string[] arguments) => verb switch
    {
        "create" => CreateVerb.Run(options, arguments),
        "start" => StartVerb.Run(options, arguments),
        "run" => RunVerb.Run(options, arguments),
        "exec" => ExecVerb.Run(options, arguments),
        "state" => StateVerb.Run(options, arguments),
        "list" => ListVerb.Run(options, arguments),
        "ps" => PsVerb.Run(options, arguments),
        "kill" => KillVerb.Run(options, arguments),
        "pause" => PauseVerb.Pause(options, arguments),
        "resume" => PauseVerb.Resume(options, arguments),
        "update" => UpdateVerb.Run(options, arguments),
        "events" => EventsVerb.Run(options, arguments),
        "delete" => DeleteVerb.Run(options, arguments),
        "spec" => SpecVerb.Run(arguments),
        "features" => FeaturesVerb.Run(arguments),
        "supervise" => SuperviseVerb.Run(arguments),
        "checkpoint" => CheckpointVerb.Run(options, arguments),
        "restore" => RestoreVerb.Run(options, arguments),
        "help" or "h" or null => throw new HelpRequested(arguments.Length > 0 ? Commands.Find(arguments[0]) ?? throw NoSuch(arguments[0]) : Commands.Program),
        _ => Complain(verb),
    };

    // runc's words, with which its users look for the cause.
    private static string Subject(string? verb) => verb switch
    {
        "create" or "run" => $"{ProgramName.Value} {verb} failed: ",
        "exec" => "exec failed: ",
        _ => "",
    };

    private static UsageException NoSuch(string verb) => new($"No help topic for '{verb}'");

    private static int Complain(string verb)
    {
        Log.Error(NoSuch(verb).Message);
        return UnknownVerb;
    }
}
