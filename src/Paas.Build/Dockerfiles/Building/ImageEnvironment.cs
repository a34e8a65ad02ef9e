namespace Paas.Build.Dockerfiles.Building;

/// <summary>An image's environment: in the order in which its variables were first set.</summary>
internal sealed class ImageEnvironment
{
    private readonly OrderedDictionary<string, string> _values = new(StringComparer.Ordinal);

    public ImageEnvironment(IEnumerable<string> variables)
    {
        foreach (var variable in variables)
        {
            var equals = variable.IndexOf('=');
            _values[equals < 0 ? variable : variable[..equals]] = equals < 0 ? "" : variable[(equals + 1)..];
        }
    }

    public IReadOnlyDictionary<string, string> Values => _values;

    public bool Has(string name) => _values.ContainsKey(name);

    public void Set(string name, string value) => _values[name] = value;

    /// <summary>As images hold it.</summary>
    public IReadOnlyList<string> ToList() => [.. _values.Select(pair => $"{pair.Key}={pair.Value}")];
}
