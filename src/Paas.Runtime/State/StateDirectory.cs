using Microsoft.Win32.SafeHandles;
using Paas.Linux;
using static Paas.Linux.Native;

namespace Paas.Runtime.State;

/// <summary>
/// A container's directory below the runtime's root: <c>state.json</c>, a copy of <c>config.json</c>, and while it waits for its
/// start <c>exec.fifo</c>. Nothing of it need outlive the machine's next boot, so nothing is synced.
/// </summary>
public sealed class StateDirectory
{
    private const int OwnerOnly = 0x1C0; // 0700

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

    private string RecordPath => System.IO.Path.Combine(Path, "state.json");

    /// <summary>Ids of all containers below a root.</summary>
    public static IEnumerable<string> List(string root) =>
        Directory.Exists(root) ? Directory.EnumerateDirectories(root).Select(path => System.IO.Path.GetFileName(path)!).Where(IsId).Order() : [];

    /// <summary>Takes the id.</summary>
    /// <exception cref="RuntimeException">It is taken.</exception>
    public void Claim()
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(Path)!, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        if (!Files.TryMakeDirectory(Path, OwnerOnly)) throw new RuntimeException($"container with given ID already exists: {Id}");
    }

    public bool Exists => Directory.Exists(Path);

    /// <summary>The record; null when there is none (yet).</summary>
    public ContainerRecord? Read()
    {
        try
        {
            return ContainerRecordJson.Read(File.ReadAllBytes(RecordPath));
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (DirectoryNotFoundException)
        {
            return null;
        }
    }

    public void Write(ContainerRecord record) =>
        Files.WriteAtomically(RecordPath, ContainerRecordJson.Write(record), durable: false);

    /// <summary>Makes the fifo a first process waits at. Open both ways, so that neither side ever blocks on opening it.</summary>
    public SafeFileHandle MakeStartFifo()
    {
        Files.MakeNode(StartFifo, S_IFIFO | 0x180);
        return Files.Open(StartFifo, O_RDWR);
    }

    /// <summary>Removes the directory with all in it.</summary>
    public void Remove()
    {
        try
        {
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
        var wrong = id.FirstOrDefault(c => !IsIdCharacter(c));
        throw new RuntimeException($"invalid container ID format: \"{id}\"{(wrong == 0 ? "" : $" (invalid character `{wrong}` in the ID)")}");
    }

    private static bool IsId(string id) => id is { Length: > 0 and <= 1024 } and not "." and not ".." && id.All(IsIdCharacter);

    private static bool IsIdCharacter(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '+' or '-' or '.';
}
