using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using Paas.Testing;

namespace Paas.Runtime.ClientTests.Host;

/// <summary>
/// An image of busybox alone, made here since there is no registry: its layer for <c>docker import</c>, and an OCI archive (image-spec,
/// image-layout.md) for the engines that read one. It has root and alice (uid 1000, also in wheel), and <c>/bin/pause</c>.
/// </summary>
public static class BusyboxImage
{
    public const string Name = "localhost/busybox:latest";

    private const string Busybox = "/bin/busybox";

    private static readonly string[] Applets =
    [
        "sh", "cat", "cut", "df", "echo", "env", "false", "grep", "head", "hostname", "id", "ip", "kill", "ls", "mkdir", "mount", "nc", "ping", "ps", "pwd",
        "rm", "sed", "seq", "sleep", "stat", "stty", "tail", "test", "touch", "tr", "true", "tty", "umount", "unshare", "wc",
    ];

    /// <summary>The root filesystem as a tar archive.</summary>
    public static byte[] Layer { get; } = MakeLayer();

    /// <summary>The image as an OCI archive.</summary>
    public static byte[] Archive { get; } = MakeArchive();

    private static byte[] MakeLayer()
    {
        using var buffer = new MemoryStream();
        using (var tar = new TarWriter(buffer, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var directory in (string[])["bin", "dev", "etc", "home", "proc", "root", "sys"]) Add(tar, TarEntryType.Directory, directory + "/", 0x1ED);
            Add(tar, TarEntryType.Directory, "tmp/", 0x3FF);
            Add(tar, TarEntryType.RegularFile, "bin/busybox", 0x1ED, File.ReadAllBytes(Busybox));
            Add(tar, TarEntryType.RegularFile, "bin/pause", 0x1ED, Text("#!/bin/sh\nexec sleep 100000\n"));
            Add(tar, TarEntryType.RegularFile, "etc/passwd", 0x1A4, Text("root:x:0:0:root:/root:/bin/sh\nalice:x:1000:1000:alice:/home:/bin/sh\n"));
            Add(tar, TarEntryType.RegularFile, "etc/group", 0x1A4, Text("root:x:0:\nalice:x:1000:\nwheel:x:10:alice\n"));
            foreach (var applet in Applets) tar.WriteEntry(new UstarTarEntry(TarEntryType.SymbolicLink, "bin/" + applet) { LinkName = "busybox" });
        }

        return buffer.ToArray();
    }

    private static byte[] MakeArchive()
    {
        const string manifestType = "application/vnd.oci.image.manifest.v1+json";
        var config = Text($$$"""
            {"architecture": "amd64", "os": "linux", "config": {"Env": ["PATH=/bin"], "Cmd": ["sh"]}, "rootfs": {"type": "layers", "diff_ids": ["{{{Digest(Layer)}}}"]},
             "history": [{"created_by": "busybox"}]}
            """);
        var manifest = Text($$"""
            {"schemaVersion": 2, "mediaType": "{{manifestType}}",
             "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": "{{Digest(config)}}", "size": {{config.Length}}},
             "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": "{{Digest(Layer)}}", "size": {{Layer.Length}}}]}
            """);
        var index = Text($$$"""
            {"schemaVersion": 2, "manifests": [{"mediaType": "{{{manifestType}}}", "digest": "{{{Digest(manifest)}}}", "size": {{{manifest.Length}}},
             "annotations": {"org.opencontainers.image.ref.name": "{{{Name}}}"}, "platform": {"architecture": "amd64", "os": "linux"}}]}
            """);
        using var buffer = new MemoryStream();
        using (var tar = new TarWriter(buffer, TarEntryFormat.Ustar, leaveOpen: true))
        {
            Add(tar, TarEntryType.RegularFile, "oci-layout", 0x1A4, Text("""{"imageLayoutVersion": "1.0.0"}"""));
            Add(tar, TarEntryType.RegularFile, "index.json", 0x1A4, index);
            foreach (var blob in (byte[][])[config, manifest, Layer]) Add(tar, TarEntryType.RegularFile, "blobs/" + Digest(blob).Replace(':', '/'), 0x1A4, blob);
        }

        return buffer.ToArray();
    }

    private static void Add(TarWriter tar, TarEntryType type, string name, int mode, byte[]? content = null)
    {
        var entry = new UstarTarEntry(type, name) { Mode = (UnixFileMode)mode };
        if (content is not null) entry.DataStream = new MemoryStream(content);
        tar.WriteEntry(entry);
    }

    private static byte[] Text(string text) => Encoding.UTF8.GetBytes(text);

    private static string Digest(byte[] content) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(content))}";
}
