using System.Text;
using Paas.Build.Buildpacks;

namespace Paas.Build.Choosing.Heroku;

/// <summary>
/// Makes a buildpack of Heroku's API (<c>bin/detect</c>, <c>bin/compile</c>, <c>bin/release</c>) one of Cloud Native Buildpacks: two
/// scripts of ours around it, of which <c>build</c> translates what it leaves behind.
/// </summary>
internal static class HerokuShim
{
    private const UnixFileMode Executable = InlineBuildpack.Executable;

    /// <summary>Where such buildpacks expect the app, when it is built and when it runs.</summary>
    public const string Place = "/app";

    private const string LaterFile = "later";

    /// <summary>Puts the shim around a buildpack.</summary>
    /// <param name="buildpack">Its directory; moved into the shim.</param>
    /// <param name="directory">A directory that is not there.</param>
    /// <param name="source">Where it came from.</param>
    /// <param name="number">Its place in the build, which tells two of one name apart.</param>
    /// <param name="isLater">Whether another of this kind comes before it, which may change the source: as at Heroku's it is asked when its turn has come.</param>
    public static Buildpack Wrap(string buildpack, string directory, BuildpackSource source, int number, bool isLater)
    {
        Directory.CreateDirectory(Path.Combine(directory, "bin"));
        File.SetUnixFileMode(directory, Executable);
        File.SetUnixFileMode(Path.Combine(directory, "bin"), Executable);
        Directory.Move(buildpack, Path.Combine(directory, "target"));
        foreach (var script in (string[])["detect", "build"])
        {
            using var content = typeof(HerokuShim).Assembly.GetManifestResourceStream($"Paas.Build.Choosing.Heroku.{script}.sh")!;
            var path = Path.Combine(directory, "bin", script);
            using (var file = File.Create(path)) content.CopyTo(file);
            File.SetUnixFileMode(path, Executable);
        }

        if (isLater) File.WriteAllText(Path.Combine(directory, LaterFile), "");
        var name = NameOf(source);
        // Config vars reach it as files only, as at Heroku's: PATH or LANG of an app would break many of them.
        return new Buildpack($"heroku/{number}-{name}", "0.0.0", name, ClearEnv: true, null, directory) { Api = Buildpack.Apis[^1], Place = Place };
    }

    /// <summary>The last part of its address, as far as an id can have it.</summary>
    internal static string NameOf(BuildpackSource source)
    {
        var last = source.Name.Split('#', '?')[0].TrimEnd('/').Split('/', ':')[^1];
        foreach (var suffix in (string[])[".git", ".tgz", ".tar.gz", ".tar", ".zip"])
        {
            if (last.EndsWith(suffix, StringComparison.Ordinal)) last = last[..^suffix.Length];
        }

        var name = new StringBuilder();
        foreach (var c in last) name.Append(char.IsAsciiLetterOrDigit(c) || c is '.' or '-' ? c : '-');
        return name.Length > 0 ? name.ToString() : "buildpack";
    }
}
