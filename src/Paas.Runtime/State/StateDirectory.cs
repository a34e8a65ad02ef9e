using Microsoft.Win32.SafeHandles;
using Paas.Linux;
using Paas.Linux.Events;
using static Paas.Linux.Native;

namespace Paas.Runtime.State;

/// <summary>
/// A container's directory below the runtime's root: <c>state.json</c>, a copy of <c>config.json</c>, and while it waits for its
/// start <c>exec.fifo</c>. Nothing of it need outlive the machine's next boot, so nothing is synced.
/// </summary>
public sealed class StateDirectory
{
    private const int OwnerOnly = 0x1C0; // 0700
    private const int OwnerReadWrite = 0x180; // 0600

    public StateDirectory(string root, string id)
    {
        CheckId(id);
        Id = id;
        Path = System.IO.Path.Combine(System.IO.Path.GetFullPath(root), id);
    }

    public string Id { get; }

    public string Path { get; }

    public string ConfigPath => System.IO.Path.Combine(Path, "config.json");

    public string StartFifo => System.IO.Path.Combine(Path, "exec.fifo");

    /// <summary>What the container sees of this directory when it is to say that it is ready; see <see cref="NotifySocket"/>.</summary>
    public string NotifyDirectory => System.IO.Path.Combine(Path, "notify");

    /// <summary>Where it says so (sd_notify(3)).</summary>
    public string NotifySocket => System.IO.Path.Combine(NotifyDirectory, "notify");

    private string RecordPath => System.IO.Path.Combine(Path, "state.json");

    private string PreparedPath => RecordPath + ".next";

    /// <summary>Ids of all containers below a root.</summary>
    public static IEnumerable<string> List(string root) =>
        Directory.Exists(root) ? Directory.EnumerateDirectories(root).Select(path => System.IO.Path.GetFileName(path)!).Where(IsId).Order() : [];

    /// <summary>Takes the id.</summary>
    /// <exception cref="RuntimeException">It is taken.</exception>
    public void Claim()
    {
        var parent = System.IO.Path.GetDirectoryName(Path)!;
        if (!Files.TryStatus(parent, out _)) Directory.CreateDirectory(parent, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        if (!Files.TryMakeDirectory(Path, OwnerOnly)) throw new RuntimeException($"container with given ID already exists: {Id}");
    }

    public bool Exists => Directory.Exists(Path);

    /// <summary>The record; null when there is none (yet).</summary>
    public ContainerRecord? Read()
    {
        try
        {
            return ContainerRecordJson.Read(Files.ReadBytes(RecordPath));
        }
        catch (LinuxException e) when (e.Errno is Errno.ENOENT or Errno.ENOTDIR)
        {
            return null;
        }
    }

    /// <summary>Keeps the configuration a container is made with, for later verbs.</summary>
    public void KeepConfig(ReadOnlySpan<byte> document) => Files.WriteAtomically(ConfigPath, document, durable: false);

    public void Write(ContainerRecord record) =>
        Files.WriteAtomically(RecordPath, ContainerRecordJson.Write(record), durable: false);

    /// <summary>As <see cref="Write"/>, but nobody sees it until it is <see cref="Publish"/>ed.</summary>
    public void Prepare(ContainerRecord record)
    {
        using var file = Files.Open(PreparedPath, O_WRONLY | O_CREAT | O_TRUNC, OwnerReadWrite);
        Descriptors.Write(file, ContainerRecordJson.Write(record));
    }

    /// <summary>Makes what was prepared the record.</summary>
    public void Publish() => Files.Rename(PreparedPath, RecordPath);

    /// <summary>Makes the fifo a first process waits at. Open both ways, so that neither side ever blocks on opening it.</summary>
    public SafeFileHandle MakeStartFifo()
    {
        Files.MakeNode(StartFifo, S_IFIFO | 0x180);
        return Files.Open(StartFifo, O_RDWR);
    }

    /// <summary>Makes <see cref="NotifyDirectory"/>, which the container's users may enter.</summary>
    public void MakeNotifyDirectory() => Files.TryMakeDirectory(NotifyDirectory, 0x1ED); // 0755

    /// <summary>Removes the directory with all in it.</summary>
    public void Remove()
    {
        foreach (var file in (ReadOnlySpan<string>)[RecordPath, ConfigPath, StartFifo]) Files.TryRemove(file);
        if (Files.TryRemoveDirectory(Path)) return;
        try
        {
            // A create that was killed left more.
            Directory.Delete(Path, recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Somebody else was faster.
        }
    }

    private static void CheckId(string id)
    {
        if (IsId(id)) return;
        var wrong = IndexOfWrong(id);
        throw new RuntimeException($"invalid container ID format: \"{id}\"{(wrong < 0 ? "" : $" (invalid character `{id[wrong]}` in the ID)")}");
    }

    private static bool IsId(string id) => id is { Length: > 0 and <= 1024 } and not "." and not ".." && IndexOfWrong(id) < 0;

    private static int IndexOfWrong(string id)
    {
        for (var i = 0; i < id.Length; i++)
        {
            if (!IsIdCharacter(id[i])) return i;
        }

        return -1;
    }

    private static bool IsIdCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '+' or '-' or '.';
}
