namespace Paas.Launcher;

/// <summary>Where an image has what (platform spec, "launcher", inputs).</summary>
/// <param name="Layers">The layers directory.</param>
/// <param name="App">The app's directory.</param>
internal sealed record Places(string Layers, string App)
{
    /// <summary>Programs of the launcher, which are not for the app's path.</summary>
    internal static readonly string[] Own = ["/cnb/process", "/cnb/lifecycle"];

    // For the launcher, not for what it launches.
    private static readonly string[] OwnVariables = ["CNB_LAYERS_DIR", "CNB_APP_DIR", "CNB_PROCESS_TYPE", "CNB_PLATFORM_API", "CNB_DEPRECATION_MODE", "CNB_NO_COLOR"];

    internal static Places OfThisImage() => new(
        Environment.GetEnvironmentVariable("CNB_LAYERS_DIR") is { Length: > 0 } layers ? layers : "/layers",
        Environment.GetEnvironmentVariable("CNB_APP_DIR") is { Length: > 0 } app ? app : "/workspace");

    /// <summary>The environment that layers build upon: this program's, without what is its own.</summary>
    internal static Dictionary<string, string> Environ()
    {
        var env = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            var name = (string)variable.Key;
            if (Array.IndexOf(OwnVariables, name) < 0) env[name] = (string)variable.Value!;
        }

        if (env.TryGetValue("PATH", out var path)) env["PATH"] = string.Join(':', path.Split(':').Where(part => Array.IndexOf(Own, part) < 0));
        return env;
    }
}
