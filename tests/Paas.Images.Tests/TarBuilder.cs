using System.Formats.Tar;
using System.IO.Compression;
using System.Text;

namespace Paas.Images.Tests;

/// <summary>Layers as somebody else might have made them: by the base library's writer, with any names.</summary>
internal sealed class TarBuilder
{
    private readonly MemoryStream _stream = new();
    private readonly TarWriter _writer;
    private readonly int _user = (int)Trees.EffectiveUser;
    private readonly int _group = (int)Trees.EffectiveGroup;

    public TarBuilder() => _writer = new TarWriter(_stream, TarEntryFormat.Pax, leaveOpen: true);

    public TarBuilder File(string name, string content = "", int mode = 0x1a4) =>
        Add(new PaxTarEntry(TarEntryType.RegularFile, name)
        {
            DataStream = new MemoryStream(Encoding.UTF8.GetBytes(content)),
            Mode = (UnixFileMode)mode,
        });

    public TarBuilder Directory(string name, int mode = 0x1ed) =>
        Add(new PaxTarEntry(TarEntryType.Directory, name) { Mode = (UnixFileMode)mode });

    public TarBuilder SymbolicLink(string name, string target) =>
        Add(new PaxTarEntry(TarEntryType.SymbolicLink, name) { LinkName = target });

    public TarBuilder HardLink(string name, string target) =>
        Add(new PaxTarEntry(TarEntryType.HardLink, name) { LinkName = target });

    public TarBuilder Fifo(string name) => Add(new PaxTarEntry(TarEntryType.Fifo, name));

    public byte[] Tar()
    {
        _writer.Dispose();
        return _stream.ToArray();
    }

    public byte[] GZip()
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(Tar());
        return compressed.ToArray();
    }

    private TarBuilder Add(PaxTarEntry entry)
    {
        entry.Uid = _user;
        entry.Gid = _group;
        entry.ModificationTime = DateTimeOffset.FromUnixTimeSeconds(1_600_000_000);
        _writer.WriteEntry(entry);
        return this;
    }
}
