using Paas.Build.Buildpacks;
using Paas.Launch.Toml;

namespace Paas.Build.Choosing;

/// <summary>Makes a buildpack out of a script of <c>project.toml</c>: it always takes part, and its build is the script.</summary>
internal static class InlineBuildpack
{
    /// <summary>Its executables and directories: everybody's to run, root's to change.</summary>
    internal const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>Writes it.</summary>
    /// <param name="script">What it is.</param>
    /// <param name="directory">A directory that is not there.</param>
    /// <param name="number">Its place among those of the project, which names one without an id.</param>
    /// <param name="line">Where it stands.</param>
    /// <exception cref="BuildException">Its id or its API is wrong.</exception>
    public static Buildpack Write(ProjectScript script, string directory, int number, int line)
    {
        Directory.CreateDirectory(Path.Combine(directory, "bin"));
        foreach (var path in (string[])[directory, Path.Combine(directory, "bin")]) File.SetUnixFileMode(path, Executable);
        var build = Path.Combine(directory, "bin", "build");
        File.WriteAllText(build, $"#!{script.Shell}\n{script.Inline}\n");
        File.SetUnixFileMode(build, Executable);
        var id = script.Id ?? $"project/script-{number}";
        File.WriteAllText(
            Path.Combine(directory, Buildpack.Descriptor),
            $"api = {TomlWriter.Quote(script.Api)}\n[buildpack]\nid = {TomlWriter.Quote(id)}\nversion = {TomlWriter.Quote(script.Version ?? "0.0.0")}\n");
        try
        {
            return Buildpack.Load(directory);
        }
        catch (Exception exception) when (exception is TomlException or NotSupportedException)
        {
            throw new BuildException($"{ProjectDescriptor.FileName} line {line}: the script of {id} cannot be used: {exception.Message}", inner: exception);
        }
    }
}
