using System.Formats.Tar;
using Paas.Cli.Sources;
using Paas.Contracts.Errors;
using Paas.Contracts.Sources;

namespace Paas.Cli.Images;

/// <summary>A directory as the tar that a build gets as its context, made while it is read.</summary>
internal static class ContextArchive
{
    private const string IgnoreFile = ".dockerignore";

    /// <summary>Opens it. What <c>.dockerignore</c> names is left out; itself and the Dockerfile go along, since the server needs them.</summary>
    /// <param name="directory">The context.</param>
    /// <param name="dockerfile">Path within it.</param>
    /// <param name="ct">Cancels.</param>
    /// <exception cref="PaasException">A pattern is wrong.</exception>
    public static Stream Open(string directory, string dockerfile, CancellationToken ct)
    {
        string[] ignoreFiles = [$"{dockerfile}{IgnoreFile}", IgnoreFile];
        var ignored = Read(directory, ignoreFiles);
        return TarUpload.Open(
            tar => Add(tar, directory, "", path => ignored.Ignores(path) && path != dockerfile && !ignoreFiles.Contains(path), ignored.BringsBack, ct), ct);
    }

    private static IgnorePatterns Read(string directory, string[] names)
    {
        var name = names.FirstOrDefault(name => File.Exists(Path.Combine(directory, name)));
        try
        {
            return name is null ? IgnorePatterns.None : IgnorePatterns.Parse(File.ReadAllText(Path.Combine(directory, name)));
        }
        catch (FormatException error)
        {
            throw new PaasException(ErrorCode.InvalidRequest, $"{name}: {error.Message}", "Correct that line.", error);
        }
    }

    private static void Add(TarWriter tar, string root, string directory, Func<string, bool> ignores, bool looksIntoIgnored, CancellationToken ct)
    {
        foreach (var path in Directory.EnumerateFileSystemEntries(Path.Combine(root, directory)).Order(StringComparer.Ordinal))
        {
            var relative = directory.Length == 0 ? Path.GetFileName(path) : $"{directory}/{Path.GetFileName(path)}";
            var attributes = File.GetAttributes(path);
            var isDirectory = (attributes & (FileAttributes.Directory | FileAttributes.ReparsePoint)) == FileAttributes.Directory;
            var isIgnored = ignores(relative);
            if (isIgnored && !(isDirectory && looksIntoIgnored)) continue;
            // The way to what is in again is made there where it is needed.
            ct.ThrowIfCancellationRequested();
            if (!isIgnored) tar.WriteEntry(path, isDirectory ? $"{relative}/" : relative);
            if (isDirectory) Add(tar, root, relative, ignores, looksIntoIgnored, ct);
        }
    }
}
