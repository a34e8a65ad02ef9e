using Paas.Runtime.CommandLine;
using Paas.Runtime.State;

namespace Paas.Runtime.Verbs;

/// <summary><c>start</c>: lets a created container's process execute its program.</summary>
internal static class StartVerb
{
    public static int Run(GlobalOptions global, IReadOnlyList<string> arguments)
    {
        var reader = new OptionReader(Commands.Start, arguments);
        if (reader.NextOption() is not null) throw reader.Unknown();
        KnownContainer.Load(global.Root, reader.OnlyId()).Start();
        return 0;
    }
}
