using System.Text;
using Paas.Build.Dockerfiles.Building;
using Paas.Build.Sources;
using Paas.Images.Trees;
using Paas.Linux;
using Paas.Node;

namespace Paas.Build.Dockerfiles.Running;

/// <summary>The mounts of one <c>RUN</c> while it runs: prepared one by one, taken away at the end. Not for concurrent use.</summary>
/// <param name="work">A directory of this step alone; removed at the end.</param>
internal sealed class RunMountSet(string work) : IDisposable
{
    private readonly List<IDisposable> _leases = [];

    public List<BindMount> Binds { get; } = [];

    public List<MemoryMount> Memory { get; } = [];

    /// <summary>Variables that secrets are given in.</summary>
    public Dictionary<string, string> Variables { get; } = new(StringComparer.Ordinal);

    /// <summary>Where programs look for an agent, unless the Dockerfile says otherwise; null without a mount of one.</summary>
    public string? AgentPath { get; set; }

    public void AddTmpfs(RunMount mount) => Memory.Add(new MemoryMount(mount.Target!, mount.SizeBytes));

    /// <summary>Gives a secret as a file, as a variable, or as both.</summary>
    public void AddSecret(RunMount mount, byte[] content)
    {
        if (mount.Variable is { } variable) Variables[variable] = Encoding.UTF8.GetString(content);
        if (mount.Target is null) return;
        var path = NewPath();
        File.WriteAllBytes(path, content);
        Files.ChangeOwner(path, mount.UserId, mount.GroupId);
        Files.ChangeMode(path, mount.Mode);
        Binds.Add(new BindMount(path, mount.Target, ReadOnly: true));
    }

    /// <summary>Gives the socket of an agent.</summary>
    public void AddAgent(RunMount mount, string target, ConnectAgent connect)
    {
        var path = NewPath();
        _leases.Add(new AgentSocket(Path.GetDirectoryName(path)!, Path.GetFileName(path), connect));
        Files.ChangeOwner(path, mount.UserId, mount.GroupId);
        Files.ChangeMode(path, mount.Mode);
        Binds.Add(new BindMount(path, target));
    }

    public void AddScript(RunCommand command)
    {
        var directory = NewPath();
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, Path.GetFileName(command.Arguments[0]));
        File.WriteAllText(path, command.Script);
        Files.ChangeMode(path, 0x1ed);
        Binds.Add(new BindMount(directory, RunCommand.ScriptDirectory, ReadOnly: true));
    }

    /// <summary>Gives a cache directory.</summary>
    public async Task AddCacheAsync(RunMount mount, CacheMounts caches, string app, CacheOrigin? origin, CancellationToken ct)
    {
        var lease = await caches.TakeAsync(app, mount, origin, ct);
        _leases.Add(lease);
        Binds.Add(new BindMount(lease.Path, mount.Target!, ReadOnly: !mount.IsWritable));
    }

    /// <summary>Gives a directory or file of this host as it is.</summary>
    public void AddBind(RunMount mount, string path) => Binds.Add(new BindMount(path, mount.Target!, ReadOnly: !mount.IsWritable));

    /// <summary>Gives a copy: what the step writes is gone with it.</summary>
    public void AddCopy(RunMount mount, FileTree tree, CancellationToken ct)
    {
        var path = NewPath();
        Copy(tree, mount.Source, path, ct);
        AddBind(mount, path);
    }

    /// <summary>Copies a file or directory of a tree to a path of this host.</summary>
    public static void Copy(FileTree tree, string source, string path, CancellationToken ct)
    {
        using var target = FileTree.Of(Path.GetDirectoryName(path)!);
        new TreeCopier(tree, target, new TreeCopyOptions { KeepsTop = true }).Copy(FileTree.Raw(source), Path.GetFileName(path), ct);
    }

    public void Dispose()
    {
        foreach (var lease in _leases) lease.Dispose();
        TreeRemoval.Remove(work);
    }

    private string NewPath()
    {
        Directory.CreateDirectory(work, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return Path.Combine(work, Guid.NewGuid().ToString("N"));
    }
}
