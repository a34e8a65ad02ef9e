using System.IO.Compression;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;

namespace Paas.Testing.Servers;

/// <summary>
/// Debian's Gradle as the archive that a Gradle wrapper downloads, and its wrapper. Debian's knows two places of its host, which are made
/// those where a wrapper unpacks the archive.
/// </summary>
public static class GradleDistribution
{
    private const string Version = "4.4.1";
    private const string Jars = "/usr/share/java";

    /// <summary>Name of the archive.</summary>
    public const string FileName = $"gradle-{Version}-bin.zip";

    // Looked for by their versions.
    private static readonly string[] Versioned = ["ant", "ant-launcher"];

    /// <summary>Writes the archive.</summary>
    /// <param name="directory">Where to; absolute.</param>
    /// <param name="address">The whole address at which it is going to be served: its digest is in the place where wrappers unpack it.</param>
    /// <param name="home"><c>GRADLE_USER_HOME</c> of the wrapper.</param>
    public static void Write(string directory, string address, string home)
    {
#pragma warning disable CA5351 // It is how wrappers name directories.
        var digest = MD5.HashData(Encoding.UTF8.GetBytes(address));
#pragma warning restore CA5351
        var place = $"{home}/wrapper/dists/gradle-{Version}-bin/{Base36(digest)}/gradle-{Version}";
        using var archive = ZipFile.Open(Path.Combine(directory, FileName), ZipArchiveMode.Create);
        // A wrapper makes no directories of its own accord.
        foreach (var name in (string[])["", "lib/"]) archive.CreateEntry($"gradle-{Version}/{name}");
        var needed = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var jar in Directory.EnumerateFiles(Jars, $"gradle-*-{Version}.jar").Order(StringComparer.Ordinal)) Add(archive, jar, place, needed);
        foreach (var name in needed)
        {
            var stem = Path.GetFileNameWithoutExtension(name);
            IEnumerable<string> files = [Path.Combine(Jars, name), .. Versioned.Contains(stem) ? Directory.EnumerateFiles(Jars, $"{stem}-1*.jar") : []];
            foreach (var file in files.Where(File.Exists)) archive.CreateEntryFromFile(file, Name(file), CompressionLevel.NoCompression);
        }
    }

    /// <summary>Writes <c>gradle-wrapper.jar</c>.</summary>
    /// <param name="file">Where to; absolute.</param>
    public static void WriteWrapper(string file)
    {
        using var wrapper = ZipFile.Open(file, ZipArchiveMode.Create);
        foreach (var part in (string[])["wrapper", "cli"])
        {
            using var jar = ZipFile.OpenRead($"{Jars}/gradle-{part}-{Version}.jar");
            foreach (var entry in jar.Entries.Where(entry => entry.Name.EndsWith(".class", StringComparison.Ordinal))) Copy(entry, wrapper, ReadAll(entry));
        }

        using var receipt = new StreamWriter(wrapper.CreateEntry("build-receipt.properties").Open());
        receipt.WriteLine($"versionNumber={Version}");
    }

    // Also what its modules say that they need.
    private static void Add(ZipArchive archive, string file, string place, SortedSet<string> needed)
    {
        using var content = new MemoryStream();
        using (var jar = ZipFile.OpenRead(file))
        using (var changed = new ZipArchive(content, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var entry in jar.Entries.Where(entry => entry.Name.Length > 0))
            {
                var bytes = ReadAll(entry);
                if (entry.Name.EndsWith(".class", StringComparison.Ordinal)) bytes = Moved(Moved(bytes, "/usr/share/gradle", place), Jars, place + "/lib");
                if (entry.Name.EndsWith("-classpath.properties", StringComparison.Ordinal)) needed.UnionWith(Runtime(Encoding.UTF8.GetString(bytes)));
                Copy(entry, changed, bytes);
            }
        }

        using var output = archive.CreateEntry(Name(file), CompressionLevel.NoCompression).Open();
        content.WriteTo(output);
    }

    private static string Name(string file) => $"gradle-{Version}/lib/{Path.GetFileName(file)}";

    private static IEnumerable<string> Runtime(string properties) => properties.Split('\n')
        .Where(line => line.StartsWith("runtime=", StringComparison.Ordinal)).SelectMany(line => line["runtime=".Length..].Trim().Split(',', StringSplitOptions.RemoveEmptyEntries));

    // A string of a class file: tag 1, its length in two bytes, its bytes (Java Virtual Machine Specification 4.4.7).
    private static byte[] Moved(byte[] type, string from, string to)
    {
        var at = type.AsSpan().IndexOf(Constant(from));
        return at < 0 ? type : [.. type[..at], .. Constant(to), .. type[(at + Constant(from).Length)..]];
    }

    private static byte[] Constant(string text) => [1, (byte)(text.Length >> 8), (byte)text.Length, .. Encoding.ASCII.GetBytes(text)];

    private static byte[] ReadAll(ZipArchiveEntry entry)
    {
        using var content = new MemoryStream();
        using var input = entry.Open();
        input.CopyTo(content);
        return content.ToArray();
    }

    private static void Copy(ZipArchiveEntry entry, ZipArchive target, byte[] bytes)
    {
        using var output = target.CreateEntry(entry.FullName, CompressionLevel.Fastest).Open();
        output.Write(bytes);
    }

    private static string Base36(byte[] digest)
    {
        var number = new BigInteger(digest, isUnsigned: true, isBigEndian: true);
        var text = new StringBuilder();
        for (; number > 0; number /= 36) text.Insert(0, "0123456789abcdefghijklmnopqrstuvwxyz"[(int)(number % 36)]);
        return text.ToString();
    }
}
