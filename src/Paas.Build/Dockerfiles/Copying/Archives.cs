using System.Diagnostics;
using System.IO.Compression;
using Paas.Images.Layers;
using Paas.Images.Trees;

namespace Paas.Build.Dockerfiles.Copying;

/// <summary>Archives that <c>ADD</c> extracts: tar, plain or packed by gzip, bzip2, xz or zstd. Told by their content, not their names.</summary>
internal static class Archives
{
    private const int TarMagicOffset = 257;

    /// <summary>Extracts a file into a new directory; null where it is no archive.</summary>
    /// <exception cref="TreeCopyException">It is one, but cannot be extracted.</exception>
    public static async Task<string?> TryExtractAsync(FileTree source, string path, string work, CancellationToken ct)
    {
        if (source.Status(path)?.IsRegular != true) return null;
        var packing = Packing(Head(source, path, 6));
        if (packing is null ? !IsTar(Head(source, path, 512)) : !await HoldsTarAsync(source, path, packing, ct)) return null;
        var directory = Path.Combine(work, $"archive-{Guid.NewGuid():N}");
        Directory.CreateDirectory(directory);
        try
        {
            await using var content = new UnpackedStream(source.OpenRead(path)!, packing);
            await LayerReader.ExtractAsync(content, directory, ct);
            return directory;
        }
        catch (Exception error)
        {
            Sources.TreeRemoval.Remove(directory);
            if (error is not (LayerFormatException or InvalidDataException)) throw;
            throw new TreeCopyException($"\"{FileTree.Text(path)}\" cannot be extracted: {error.Message}");
        }
    }

    private static byte[] Head(FileTree source, string path, int length)
    {
        using var file = source.OpenRead(path)!;
        var head = new byte[length];
        return head[..file.ReadAtLeast(head, length, throwOnEndOfStream: false)];
    }

    private static string? Packing(ReadOnlySpan<byte> head) => head switch
    {
        [0x1f, 0x8b, ..] => "gzip",
        [(byte)'B', (byte)'Z', (byte)'h', ..] => "bzip2",
        [0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0] => "xz",
        [0x28, 0xb5, 0x2f, 0xfd, ..] => "zstd",
        _ => null,
    };

    private static bool IsTar(ReadOnlySpan<byte> head) =>
        head.Length == 512 && (head[TarMagicOffset..].StartsWith("ustar"u8) || HasChecksum(head));

    // Archives of before POSIX have no magic, but every one has a checksum: the sum of its bytes, with its own field as spaces.
    private static bool HasChecksum(ReadOnlySpan<byte> head)
    {
        var field = System.Text.Encoding.ASCII.GetString(head.Slice(148, 8)).Trim(' ', '\0');
        if (field.Length is 0 or > 8 || field.Any(c => c is < '0' or > '7')) return false;
        var sum = 8 * ' ';
        for (var i = 0; i < head.Length; i++) sum += i is >= 148 and < 156 ? 0 : head[i];
        return sum == Convert.ToInt32(field, 8);
    }

    // A packed file that is no archive is copied as it is.
    private static async Task<bool> HoldsTarAsync(FileTree source, string path, string packing, CancellationToken ct)
    {
        try
        {
            await using var content = new UnpackedStream(source.OpenRead(path)!, packing);
            var head = new byte[512];
            return await content.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, ct) == head.Length && IsTar(head);
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }

    /// <summary>A packed file's content: gzip is read here, the others by the host's programs of their names.</summary>
    private sealed class UnpackedStream : Stream
    {
        private readonly Stream _packed;
        private readonly Stream _content;
        private readonly Process? _program;
        private readonly Task _feeding = Task.CompletedTask;

        public UnpackedStream(Stream packed, string? packing)
        {
            _packed = packed;
            if (packing is null or "gzip")
            {
                _content = packing is null ? packed : new GZipStream(packed, CompressionMode.Decompress);
                return;
            }

            _program = Start(packing);
            _content = _program.StandardOutput.BaseStream;
            _feeding = FeedAsync(_program.StandardInput.BaseStream);
        }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override int Read(Span<byte> buffer) => _content.Read(buffer);

        public override int Read(byte[] buffer, int offset, int count) => _content.Read(buffer, offset, count);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => _content.ReadAsync(buffer, cancellationToken);

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            _content.ReadAsync(buffer, offset, count, cancellationToken);

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                if (_program is { HasExited: false }) _program.Kill();
                _feeding.Wait();
                _content.Dispose();
                _program?.Dispose();
                _packed.Dispose();
            }

            base.Dispose(disposing);
        }

        private static Process Start(string program)
        {
            try
            {
                return Process.Start(new ProcessStartInfo(program, ["-dcq"]) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false })!;
            }
            catch (System.ComponentModel.Win32Exception)
            {
                throw new TreeCopyException($"an archive packed by {program} needs that program, which is not installed on this host");
            }
        }

        private async Task FeedAsync(Stream input)
        {
            try
            {
                await using (input) await _packed.CopyToAsync(input);
            }
            catch (Exception error) when (error is IOException or ObjectDisposedException)
            {
                // It wants no more: its end says why.
            }
        }
    }
}
