using Paas.Runtime.CommandLine;
using Paas.Runtime.State;

namespace Paas.Runtime.Verbs;

/// <summary><c>pause</c> and <c>resume</c>: suspend all processes of a container, and let them go on.</summary>
internal static class PauseVerb
{
    public static int Pause(GlobalOptions global, string[] arguments)
    {
        Load(Commands.Pause, global, arguments).Pause();
        return 0;
    }

    public static int Resume(GlobalOptions global, string[] arguments)
    {
        Load(Commands.Resume, global, arguments).Resume();
        return 0;
    }

    private static KnownContainer Load(Command command, GlobalOptions global, string[] arguments)
    {
        var reader = new OptionReader(command, arguments);
        return reader.NextOption() is null ? KnownContainer.Load(global.Root, reader.OnlyId()) : throw reader.Unknown();
    }
}
