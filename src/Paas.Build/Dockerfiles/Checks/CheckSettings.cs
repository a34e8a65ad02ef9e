namespace Paas.Build.Dockerfiles.Checks;

/// <summary>Which checks count in a file: <c># check=skip=Rule,Rule;error=true;experimental=Rule</c>.</summary>
internal sealed class CheckSettings
{
    // Found only where the file asks for it.
    private static readonly CheckRule[] Experimental = [CheckRule.InvalidDefinitionDescription, CheckRule.CopyIgnoredFile];

    private readonly HashSet<string> _skipped = new(StringComparer.OrdinalIgnoreCase);
    private readonly HashSet<string> _experimental = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>True where warnings fail the build.</summary>
    public bool FailsBuild { get; private set; }

    /// <param name="directive">The value of the <c>check</c> directive; null leaves everything as it is.</param>
    /// <exception cref="DockerfileException">It cannot be read.</exception>
    public static CheckSettings Parse(string? directive)
    {
        var settings = new CheckSettings();
        foreach (var part in (directive ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var (name, value) = part.Split('=', 2) is [var left, var right] ? (left.Trim(), right.Trim()) : (part, "");
            switch (name)
            {
                case "skip":
                    settings._skipped.UnionWith(value.Split(',', StringSplitOptions.TrimEntries));
                    break;
                case "experimental":
                    settings._experimental.UnionWith(value.Split(',', StringSplitOptions.TrimEntries));
                    break;
                case "error" when bool.TryParse(value, out var fails):
                    settings.FailsBuild = fails;
                    break;
                default:
                    throw new DockerfileException($"failed to parse check option \"{part}\"", 1, part, "Options are skip=RULE,…, error=true and experimental=RULE,…");
            }
        }

        return settings;
    }

    public bool Counts(CheckRule rule)
    {
        if (Names(_skipped, rule)) return false;
        return !Experimental.Contains(rule) || Names(_experimental, rule);
    }

    private static bool Names(HashSet<string> rules, CheckRule rule) => rules.Contains("all") || rules.Contains(rule.ToString());
}
