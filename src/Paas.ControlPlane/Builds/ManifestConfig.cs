using System.Security.Cryptography;
using Paas.Build;
using Paas.Build.Manifests;

namespace Paas.ControlPlane.Builds;

/// <summary>The config vars that an app's <c>app.json</c> brings or asks for.</summary>
internal static class ManifestConfig
{
    // As many random bytes as Heroku's generator has hexadecimal digits for.
    private const int SecretBytes = 32;

    /// <summary>What the manifest adds to what is set: values it names, secrets made now.</summary>
    /// <exception cref="BuildException">Something required is not set and has no value there.</exception>
    internal static IReadOnlyDictionary<string, string> Additions(string app, AppManifest? manifest, IReadOnlyDictionary<string, string> config)
    {
        var additions = new Dictionary<string, string>();
        var missing = new List<KeyValuePair<string, ManifestVariable>>();
        foreach (var entry in manifest?.Env ?? new Dictionary<string, ManifestVariable>())
        {
            if (config.ContainsKey(entry.Key)) continue;
            if (entry.Value.IsGenerated) additions[entry.Key] = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(SecretBytes));
            else if (entry.Value.Value is { } value) additions[entry.Key] = value;
            else if (entry.Value.Required) missing.Add(entry);
        }

        if (missing.Count == 0) return additions;
        var names = string.Join(", ", missing.Select(entry => entry.Key));
        var hints = missing.Where(entry => entry.Value.Description is not null).Select(entry => $"{entry.Key}: {entry.Value.Description}")
            .Prepend($"paas config:set -a {app} {string.Join(' ', missing.Select(entry => entry.Key + "=..."))}, then push again.");
        throw new BuildException(
            $"{AppManifest.FileName} line {missing[0].Value.Line}: {names} {(missing.Count == 1 ? "is" : "are")} required and not set", string.Join('\n', hints));
    }

    /// <summary>Config vars with what a manifest adds; what is set is stronger.</summary>
    internal static IReadOnlyDictionary<string, string> With(this IReadOnlyDictionary<string, string> config, IReadOnlyDictionary<string, string> additions) =>
        Domain.ConfigVars.Apply(config, additions.Where(pair => !config.ContainsKey(pair.Key)).ToDictionary(pair => pair.Key, pair => (string?)pair.Value));
}
