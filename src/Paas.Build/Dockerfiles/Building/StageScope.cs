namespace Paas.Build.Dockerfiles.Building;

/// <summary>
/// What instructions of a stage see beyond the image's configuration, and a stage upon it goes on with: the variables of <c>ENV</c> and
/// <c>ARG</c>, of which the later one counts whichever it is. Belongs to one stage.
/// </summary>
internal sealed class StageScope
{
    private readonly OrderedDictionary<string, string> _variables = new(StringComparer.Ordinal);
    private readonly OrderedDictionary<string, bool> _arguments = new(StringComparer.Ordinal);

    /// <param name="environment">Of the image that the stage begins from.</param>
    /// <param name="below">The stage that it begins from; null where that is an image.</param>
    public StageScope(ImageEnvironment environment, StageScope? below)
    {
        if (below is not null)
        {
            foreach (var (name, value) in below._variables) _variables[name] = value;
            foreach (var name in below._arguments.Keys) _arguments[name] = true;
            HasWorkdir = below.HasWorkdir;
        }

        foreach (var (name, value) in environment.Values) _variables[name] = value;
    }

    /// <summary>Every variable that has a value, in the order they were first set.</summary>
    public IReadOnlyDictionary<string, string> Variables => _variables;

    /// <summary>Names of the <c>ARG</c>s so far, also of those without a value.</summary>
    public IEnumerable<string> Arguments => _arguments.Keys;

    /// <summary>True after the first <c>WORKDIR</c>.</summary>
    public bool HasWorkdir { get; set; }

    public void Set(string name, string value) => _variables[name] = value;

    public void Declare(string name, string? value)
    {
        _arguments[name] = true;
        if (value is not null) _variables[name] = value;
    }

    public bool Declares(string name) => _arguments.ContainsKey(name);
}
