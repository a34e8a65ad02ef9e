using System.Text.Json;
using System.Text.Json.Serialization;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Domain;
using Paas.ControlPlane.Store;

namespace Paas.ControlPlane.Git;

/// <summary>What of each app's git is the person's choice, but for the branch, which is the app's own.</summary>
internal sealed class GitSettings(SettingStore settings)
{
    /// <summary>The variable that tells an app its commit, where nobody chose another.</summary>
    internal const string DefaultRevEnvVar = "GIT_REV";

    /// <summary>Null where the app is not told.</summary>
    internal string? RevEnvVar(string app) => Of(app).RevEnvVar switch { null => DefaultRevEnvVar, "" => null, var name => name };

    /// <summary>InvalidRequest for what no variable can be called.</summary>
    /// <param name="app">The app.</param>
    /// <param name="name">Empty sets none.</param>
    internal void SetRevEnvVar(string app, string name)
    {
        // The same rule, and the same words, as for a config var, for it becomes one.
        if (name.Length > 0) ConfigVars.Apply(new Dictionary<string, string>(), new Dictionary<string, string?> { [name] = "" });
        settings.Set(Name(app), JsonSerializer.Serialize(Of(app) with { RevEnvVar = name }, GitSettingsJsonContext.Default.GitSettingsContent));
    }

    /// <summary>Config vars without the commit of the release before: a build's caches are for any commit.</summary>
    internal IReadOnlyDictionary<string, string> ForBuild(string app, IReadOnlyDictionary<string, string> config) => RevEnvVar(app) is { } name && config.ContainsKey(name)
        ? config.Where(pair => pair.Key != name).ToDictionary()
        : config;

    /// <summary>Config vars with a release's commit.</summary>
    internal IReadOnlyDictionary<string, string> ForRelease(string app, IReadOnlyDictionary<string, string> config, string? commit) =>
        RevEnvVar(app) is { } name && (commit is not null || config.ContainsKey(name))
            ? ConfigVars.Apply(config, new Dictionary<string, string?> { [name] = commit })
            : config;

    private GitSettingsContent Of(string app) =>
        settings.Find(Name(app)) is { } text ? JsonSerializer.Deserialize(text, GitSettingsJsonContext.Default.GitSettingsContent)! : new GitSettingsContent();

    private static string Name(string app) => $"git/{app}";
}

internal sealed record GitSettingsContent(string? RevEnvVar = null);

[JsonSerializable(typeof(GitSettingsContent))]
internal sealed partial class GitSettingsJsonContext : JsonSerializerContext;
