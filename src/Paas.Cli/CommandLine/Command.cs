namespace Paas.Cli.CommandLine;

/// <summary>One command of <c>paas</c>: how it is called, what its help says, what it does.</summary>
internal abstract class Command
{
    /// <summary>What a person types, e.g. <c>config:set</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Other names for it.</summary>
    public virtual IReadOnlyList<string> Aliases => [];

    /// <summary>Half a line for the list of commands; null leaves it out (for programs, not for people).</summary>
    public abstract string? Summary { get; }

    /// <summary>The words it takes, as help shows them, e.g. <c>NAME=VALUE [NAME=VALUE …]</c>.</summary>
    public virtual string Words => "";

    /// <summary>Fewest and most words.</summary>
    public virtual (int Least, int Most) WordCount => (0, 0);

    /// <summary>Options of its own.</summary>
    public virtual IReadOnlyList<Option> Options => [];

    /// <summary>Works on one app: takes <c>-a</c> and <c>-r</c>.</summary>
    public virtual bool OfApp => true;

    /// <summary>Prints data: takes <c>--json</c>.</summary>
    public virtual bool PrintsData => false;

    /// <summary>Everything from the first word on is somebody else's command line.</summary>
    public virtual bool EndsOptionsAtFirstWord => false;

    /// <summary>More than the summary says, for its own help page.</summary>
    public virtual string? Details => null;

    /// <summary>Command lines to learn from.</summary>
    public virtual IReadOnlyList<string> Examples => [];

    /// <summary>Every option it understands.</summary>
    public IEnumerable<Option> AllOptions =>
    [
        .. Options,
        .. OfApp ? [Option.App, Option.Remote] : Array.Empty<Option>(),
        .. PrintsData ? [Option.Json] : Array.Empty<Option>(),
        Option.Host, Option.Help,
    ];

    /// <summary>Does it; the result is the exit code.</summary>
    public abstract Task<int> RunAsync(Invocation call);
}
