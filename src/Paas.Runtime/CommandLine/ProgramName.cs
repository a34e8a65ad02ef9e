namespace Paas.Runtime.CommandLine;

/// <summary>The name the program was called by: put in runc's place, it speaks of itself as runc.</summary>
internal static class ProgramName
{
    private const string Own = "paas-runtime";

    public static string Value { get; } = Find();

    private static string Find()
    {
        var name = Path.GetFileName(Environment.GetCommandLineArgs()[0]);
        return name is "runc" or "crun" ? name : Own;
    }
}
