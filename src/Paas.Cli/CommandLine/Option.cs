namespace Paas.Cli.CommandLine;

/// <summary>An option of a command.</summary>
/// <param name="Name">Long form, <c>--app</c>.</param>
/// <param name="Short">Short form without its dash, or null.</param>
/// <param name="Value">What its value is called in help; null for a flag.</param>
/// <param name="Text">One line of help.</param>
internal sealed record Option(string Name, char? Short, string? Value, string Text)
{
    /// <summary>True of one that may be given several times.</summary>
    public bool Repeats { get; init; }

    public static Option App { get; } = new("--app", 'a', "APP", "the app; else the one of the git remote in this directory");

    public static Option Remote { get; } = new("--remote", 'r', "NAME", "the git remote that names the app (paas)");

    public static Option Json { get; } = new("--json", null, null, "print JSON");

    public static Option Host { get; } = new("--host", null, "URL", "the platform to talk to; else $PAAS_URL, the one logged in to, or this machine's own");

    public static Option Help { get; } = new("--help", 'h', null, "show this help");
}
