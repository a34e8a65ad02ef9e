using Paas.Runtime.CommandLine;
using Paas.Runtime.State;

namespace Paas.Runtime.Verbs;

/// <summary><c>state</c>: prints the state document of the specification.</summary>
internal static class StateVerb
{
    public static int Run(GlobalOptions global, string[] arguments)
    {
        var reader = new OptionReader(Commands.State, arguments);
        if (reader.NextOption() is not null) throw reader.Unknown();
        var state = KnownContainer.Load(global.Root, reader.OnlyId()).ToState();
        StandardOutput.Write(JsonText.Of(JsonText.Indented(' ', 2), json => ContainerStateJson.Write(json, state)));
        return 0;
    }
}
