using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Paas.Linux;

namespace Paas.Images.Tests;

/// <summary>Directory trees to compare, and outside programs to compare with.</summary>
internal static class Trees
{
    public static uint EffectiveUser { get; } = Files.Status("/proc/self").Uid;

    public static uint EffectiveGroup { get; } = Files.Status("/proc/self").Gid;

    /// <summary>A file's capabilities, CAP_SETUID and CAP_NET_RAW, effective (struct vfs_cap_data, version 2): not UTF-8.</summary>
    public static byte[] SetUserAndRawSockets { get; } = [1, 0, 0, 2, 0x80, 0x20, 0, 0, .. new byte[12]];

    /// <summary>One line per file: all that a layer must carry, so that two trees can be compared as text.</summary>
    public static string Describe(string root)
    {
        var lines = new List<string>();
        foreach (var path in Directory.EnumerateFileSystemEntries(root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            lines.Add(Line(root, path));
        return string.Join('\n', lines);
    }

    /// <summary>Makes a directory that has so many others within each other: more than any path can say. <see cref="Clear"/> removes it.</summary>
    public static void MakeDeep(string path, int levels)
    {
        const int Step = 10;
        var steps = string.Join('/', Enumerable.Repeat(new string('d', 255), Step));
        Directory.CreateDirectory(path);
        for (var made = 0; made < levels; made += Step)
        {
            Directory.Move(path, path + "-lower");
            Directory.CreateDirectory(Path.Combine(path, Path.GetDirectoryName(steps)!));
            Directory.Move(path + "-lower", Path.Combine(path, steps));
        }
    }

    public static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)}: {process.ExitCode}\n{output}\n{error.Result}");
        return output;
    }

    /// <summary>Empties a directory, whatever the names, modes and depths in it.</summary>
    public static void Clear(string directory)
    {
        try
        {
            Directory.Delete(directory, recursive: true);
        }
        catch (Exception error) when (error is IOException or ArgumentException)
        {
            Run("/bin/rm", "-rf", directory);
        }

        Directory.CreateDirectory(directory);
    }

    public static void Shell(string directory, string script) => Run("/bin/sh", "-ec", $"cd '{directory}'\n{script}");

    private static string Line(string root, string path)
    {
        var status = Files.Status(path);
        var line = new StringBuilder();
        line.Append($"{Path.GetRelativePath(root, path)} {status.Mode:x} {status.Uid}:{status.Gid} {status.ModifiedSeconds}");
        if (status.IsRegular) line.Append($" {status.Size} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)))} links={status.Links}");
        if (status.IsSymbolicLink) line.Append($" -> {new FileInfo(path).LinkTarget}");
        if (status.IsCharacterDevice || status.IsBlockDevice) line.Append($" dev={status.DeviceMajor}:{status.DeviceMinor}");
        foreach (var name in ExtendedAttributes.List(path).Order(StringComparer.Ordinal))
            line.Append($" {name}={Convert.ToHexString(ExtendedAttributes.Get(path, name)!)}");
        return line.ToString();
    }
}
