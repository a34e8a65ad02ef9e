using Paas.Images;
using Paas.Images.Layers;
using Paas.Launch.Processes;

namespace Paas.Build.Lifecycle;

/// <summary>
/// The layers that start an app (platform spec, "launcher"): the launcher, the same in all images, and what it is told of this one.
/// </summary>
/// <param name="content">Receives them.</param>
/// <param name="program">Absolute path of the launcher on this host.</param>
internal sealed class LauncherLayers(ContentStore content, string program)
{
    public const string Launcher = "/cnb/lifecycle/launcher";
    public const string Processes = "/cnb/process";

    private const UnixFileMode Executable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private Written? _last;

    /// <summary>The launcher's own layer; written once for each version of it.</summary>
    /// <param name="scratch">A directory that is not there, of the build's own.</param>
    /// <exception cref="BuildException">There is no launcher on this host.</exception>
    public async Task<Layer> LauncherAsync(string scratch, CancellationToken ct)
    {
        var file = new FileInfo(program);
        if (file.ResolveLinkTarget(returnFinalTarget: true) is FileInfo target) file = target;
        if (!file.Exists) throw new BuildException($"the launcher {program} is missing on this host", "Install the platform again.");
        if (_last is { } last && last.Modified == file.LastWriteTimeUtc && last.Size == file.Length && content.Contains(last.Layer.Descriptor.Digest)) return last.Layer;
        MakeDirectory(scratch);
        var copy = Path.Combine(scratch, "launcher");
        File.Copy(file.FullName, copy);
        File.SetUnixFileMode(copy, Executable);
        var layer = await LayerWriter.WriteDirectoryAsync(content, scratch, Owned(Path.GetDirectoryName(Launcher)!), ct);
        _last = new Written(file.LastWriteTimeUtc, file.Length, layer);
        return layer;
    }

    /// <summary>What the launcher reads.</summary>
    /// <param name="plan">Its content.</param>
    /// <param name="scratch">A directory that is not there, of the build's own.</param>
    public async Task<Layer> ConfigAsync(LaunchPlan plan, string scratch, CancellationToken ct)
    {
        MakeDirectory(scratch);
        var file = Path.Combine(scratch, Path.GetFileName(LaunchPlan.File));
        await File.WriteAllTextAsync(file, plan.Write(), ct);
        File.SetUnixFileMode(file, Readable);
        return await LayerWriter.WriteDirectoryAsync(content, scratch, Owned($"{BuildDirectories.LayersTarget}/{Path.GetDirectoryName(LaunchPlan.File)}"), ct);
    }

    /// <summary>A link for each process type, by whose name the launcher knows what to start.</summary>
    /// <param name="types">The process types.</param>
    /// <param name="scratch">A directory that is not there, of the build's own.</param>
    public async Task<Layer> ProcessesAsync(IEnumerable<string> types, string scratch, CancellationToken ct)
    {
        MakeDirectory(scratch);
        foreach (var type in types) File.CreateSymbolicLink(Path.Combine(scratch, type), Launcher);
        return await LayerWriter.WriteDirectoryAsync(content, scratch, Owned(Processes), ct);
    }

    /// <summary>The app at another place.</summary>
    /// <param name="place">Absolute.</param>
    /// <param name="scratch">A directory that is not there, of the build's own.</param>
    public async Task<Layer> PlaceAsync(string place, string scratch, CancellationToken ct)
    {
        MakeDirectory(scratch);
        File.CreateSymbolicLink(Path.Combine(scratch, Path.GetFileName(place)), BuildDirectories.AppTarget);
        return await LayerWriter.WriteDirectoryAsync(content, scratch, Owned(Path.GetDirectoryName(place)!), ct);
    }

    private static LayerOptions Owned(string target) => new() { Target = target, Owner = LayerOwner.Root };

    private static void MakeDirectory(string path)
    {
        Directory.CreateDirectory(path);
        File.SetUnixFileMode(path, Executable);
    }

    // Two builds at a time may both write it: the same content under the same name.
    private sealed record Written(DateTime Modified, long Size, Layer Layer);
}
