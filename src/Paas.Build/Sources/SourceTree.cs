using Paas.Build.Procfiles;
using Paas.Images.Layers;

namespace Paas.Build.Sources;

/// <summary>The app's source, extracted for a build: owned by the build user, with nothing in it but files, directories and links.</summary>
internal sealed class SourceTree
{
    private SourceTree(string directory, int files, long bytes)
    {
        Path = directory;
        Files = files;
        Bytes = bytes;
        Tree = new UntrustedTree(directory);
    }

    public string Path { get; }

    /// <summary>How many files and links it has.</summary>
    public int Files { get; }

    /// <summary>Sum of the files' sizes.</summary>
    public long Bytes { get; }

    public UntrustedTree Tree { get; }

    /// <summary>Extracts a tar.</summary>
    /// <exception cref="BuildException">It is too large, empty, not a tar, or holds what an app's source cannot.</exception>
    public static async Task<SourceTree> ExtractAsync(
        string tar, string directory, long maximumBytes, int owner, CancellationToken ct)
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

        var (files, bytes) = TakeOver(directory, owner);
        if (files == 0) throw new BuildException("the source is empty", "Commit your app's files, then push again.");
        return new SourceTree(directory, files, bytes);
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

    private static (int Files, long Bytes) TakeOver(string directory, int owner)
    {
        var files = 0;
        var bytes = 0L;
        FileStatus.SetOwner(directory, owner, owner);
        var pending = new Stack<string>([directory]);
        while (pending.TryPop(out var parent))
        {
            foreach (var path in Directory.EnumerateFileSystemEntries(parent))
            {
                var status = FileStatus.Of(path) ?? throw FileStatus.Unnameable(path);
                if (status.Kind == FileKind.Other)
                {
                    throw new BuildException($"{System.IO.Path.GetRelativePath(directory, path)} is a device, socket or pipe");
                }

                FileStatus.SetOwner(path, owner, owner);
                if (status.Kind == FileKind.Directory) pending.Push(path);
                else files++;
                if (status.Kind == FileKind.Regular) bytes += status.Size;
            }
        }

        return (files, bytes);
    }
}
