namespace Paas.Launch.Processes;

/// <summary>A process of an app, as a buildpack declares it (buildpack spec, "launch.toml").</summary>
/// <param name="Type">Process type.</param>
/// <param name="Command">The program and the arguments that it always gets; at least the program. A line for a shell where not direct.</param>
/// <param name="Arguments">Those that arguments of the caller replace.</param>
public sealed record LaunchProcess(string Type, IReadOnlyList<string> Command, IReadOnlyList<string> Arguments)
{
    /// <summary>False lets a shell read the command.</summary>
    public bool Direct { get; init; } = true;

    /// <summary>True for the one that a bare image starts.</summary>
    public bool Default { get; init; }

    /// <summary>Absolute, or relative to the app's directory, which is also what null means.</summary>
    public string? WorkingDirectory { get; init; }

    /// <summary>All of its words.</summary>
    public IReadOnlyList<string> Words => [.. Command, .. Arguments];

    /// <summary>
    /// The command for people and for a shell, as they wrote it in their Procfile: of <c>bash -c LINE</c> the line. Only an image
    /// without a launcher is started by it.
    /// </summary>
    public string ShellCommand
    {
        get
        {
            var line = !Direct
                ? Arguments.Count == 0 ? Command[0] : $"{Command[0]} {ShellText.Join(Arguments)}"
                : Words is [("sh" or "bash" or "/bin/sh" or "/bin/bash" or "/usr/bin/bash"), "-c", var script] ? script : ShellText.Join(Words);
            return WorkingDirectory is null ? line : $"cd {ShellText.Quote(WorkingDirectory)} && {line}";
        }
    }

    /// <summary>Whether a text can name a process type.</summary>
    public static bool IsType(string text) =>
        text.Length is > 0 and <= 63 && text is not ("." or "..") && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');
}
