using Paas.Build.Sources;
using Paas.Linux;

namespace Paas.Build.Lifecycle;

/// <summary>Where a build's containers find things, and the directories of this host that stand behind it.</summary>
/// <param name="work">Absolute path of the build's own directory.</param>
internal sealed class BuildDirectories(string work)
{
    public const string AppTarget = "/workspace";
    public const string LayersTarget = "/layers";
    public const string PlatformTarget = "/platform";
    public const string PlanTarget = "/cnb/plan";
    public const string HomeTarget = "/cnb/home";
    public const string PlanFile = "plan.toml";

    /// <summary>User and group that builds and apps run as.</summary>
    public const uint Owner = 1000;

    public string Source => Path.Combine(work, "workspace");

    public string Platform => Path.Combine(work, "platform");

    /// <summary>For what is made of nothing but to become a layer.</summary>
    public string Scratch => Path.Combine(work, "scratch");

    public string Home => Path.Combine(work, "home");

    public static string BuildpackTarget(string escapedId) => $"/cnb/buildpacks/{escapedId}";

    /// <summary>A directory for one buildpack's plan in one phase, empty.</summary>
    public string MakePlanDirectory(string phase, string escapedId)
    {
        var path = Path.Combine(work, "plans", phase, escapedId);
        Directory.CreateDirectory(path);
        Files.ChangeOwner(path, Owner, Owner);
        return path;
    }

    /// <summary>Makes what every phase needs, and <c>platform/env/NAME</c> of each variable.</summary>
    public void Prepare(IReadOnlyDictionary<string, string> env)
    {
        TreeRemoval.Remove(work);
        Directory.CreateDirectory(work, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateDirectory(Home);
        Files.ChangeOwner(Home, Owner, Owner);
        WriteEnvironment(env);
    }

    /// <summary>Makes <c>platform/env/NAME</c> of each variable.</summary>
    public void WriteEnvironment(IReadOnlyDictionary<string, string> env)
    {
        var variables = Path.Combine(Platform, "env");
        Directory.CreateDirectory(variables);
        foreach (var (name, value) in env)
        {
            if (name.Length == 0 || name.AsSpan().ContainsAny('/', '\0') || name is "." or "..") continue;
            File.WriteAllText(Path.Combine(variables, name), value);
        }
    }

    /// <summary>Removes everything of the build.</summary>
    public void Remove() => TreeRemoval.Remove(work);
}
