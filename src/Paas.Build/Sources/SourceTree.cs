using Paas.Build.Procfiles;
using Paas.Images;
using Paas.Images.Layers;
using Paas.Linux;

namespace Paas.Build.Sources;

/// <summary>The app's source, extracted for a build: owned by the build user, with nothing in it but files, directories and links.</summary>
internal sealed class SourceTree
{
    private SourceTree(string directory, Content content)
    {
        Path = directory;
        FileCount = content.Files;
        Bytes = content.Bytes;
        ModifiedAt = DateTimeOffset.UnixEpoch.AddSeconds(content.Newest / 1_000_000_000);
        Tree = new UntrustedTree(directory);
    }

    public string Path { get; }

    /// <summary>How many files and links it has.</summary>
    public int FileCount { get; }

    /// <summary>Sum of the files' sizes.</summary>
    public long Bytes { get; }

    /// <summary>
    /// The newest modification time in it: the commit's. All of the app's layer gets it: equal for equal commits, and different
    /// after a change, since web servers tell browsers by a file's time and size whether theirs is still good.
    /// </summary>
    public DateTimeOffset ModifiedAt { get; }

    public UntrustedTree Tree { get; }

    /// <summary>Extracts a tar, or one directory of it.</summary>
    /// <exception cref="BuildException">It is too large, empty, not a tar, holds what an app's source cannot, or has no such directory.</exception>
    public static async Task<SourceTree> ExtractAsync(
        string tar, string directory, long maximumBytes, uint owner, CancellationToken ct, string? part = null)
    {
        var length = new FileInfo(tar).Length;
        if (length > maximumBytes)
        {
            throw new BuildException(
                $"the source is {ByteSize.Text(length)}, over the limit of {ByteSize.Text(maximumBytes)}",
                "Keep large files out of the repository; git rm --cached FILE and .gitignore help.");
        }

        Directory.CreateDirectory(directory);
        try
        {
            await using var stream = File.OpenRead(tar);
            await LayerReader.ApplyAsync(stream, directory, WhiteoutHandling.Remove, ct);
        }
        catch (LayerFormatException exception)
        {
            throw new BuildException($"the source cannot be unpacked: {exception.Message}", inner: exception);
        }

        if (part is not null) KeepOnly(directory, part);
        return TakeOver(directory, owner);
    }

    private static void KeepOnly(string directory, string part)
    {
        if (!new UntrustedTree(directory).IsDirectory(part))
        {
            throw new BuildException(
                $"the source has no directory {part}, which is set as the one to build", "Set another, or none for the whole source: paas builder:set build-dir DIRECTORY");
        }

        var whole = directory + ".whole";
        Directory.Move(directory, whole);
        Directory.Move(System.IO.Path.Combine(whole, part), directory);
        TreeRemoval.Remove(whole);
    }

    /// <summary>The app's Procfile, or null where it has none.</summary>
    /// <exception cref="BuildException">It is wrong; names the line.</exception>
    public Procfile? ReadProcfile()
    {
        try
        {
            return Tree.ReadText(Procfile.FileName) is { } text ? Procfile.Parse(text) : null;
        }
        catch (ProcfileException exception)
        {
            throw new BuildException(exception.Message, "Correct that line of the Procfile, commit and push again.", exception);
        }
    }

    /// <summary>Makes a directory's content the build user's.</summary>
    /// <exception cref="BuildException">There is nothing in it, or something that an app's source cannot have.</exception>
    internal static SourceTree TakeOver(string directory, uint owner)
    {
        var files = 0;
        var bytes = 0L;
        var newest = 0L;
        Files.ChangeOwner(directory, owner, owner);
        var pending = new Stack<string>([directory]);
        while (pending.TryPop(out var parent))
        {
            foreach (var path in Directory.EnumerateFileSystemEntries(parent))
            {
                var status = EntryStatus.Of(path) ?? throw EntryStatus.Unnameable(path);
                if (status.Kind == FileKind.Other)
                {
                    throw new BuildException($"{System.IO.Path.GetRelativePath(directory, path)} is a device, socket or pipe");
                }

                Files.ChangeOwner(path, owner, owner);
                if (status.Kind == FileKind.Directory) pending.Push(path);
                else files++;
                if (status.Kind != FileKind.Regular) continue;
                bytes += status.Size;
                newest = Math.Max(newest, status.ModifiedAt);
            }
        }

        if (files == 0) throw new BuildException("the source is empty", "Commit your app's files, then push again.");
        return new SourceTree(directory, new Content(files, bytes, newest));
    }

    private readonly record struct Content(int Files, long Bytes, long Newest);
}
