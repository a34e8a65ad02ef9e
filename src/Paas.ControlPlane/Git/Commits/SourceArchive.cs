using System.Diagnostics;
using Paas.Build.Remotes;

namespace Paas.ControlPlane.Git.Commits;

/// <summary>The files of a commit as a tar stream, made by git as it is read. Fails where git fails, so that half a tree is never built.</summary>
internal sealed class SourceArchive : Stream
{
    private readonly Process _git;
    private readonly Task<string> _complaints;
    private bool _disposed;

    private SourceArchive(Process git)
    {
        _git = git;
        _complaints = git.StandardError.ReadToEndAsync();
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <param name="commit">A commit's id.</param>
    /// <param name="environment">Where git finds it.</param>
    public static SourceArchive Of(string commit, IReadOnlyDictionary<string, string> environment) =>
        new(GitProgram.Start(["archive", "--format=tar", commit], environment));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await _git.StandardOutput.BaseStream.ReadAsync(buffer, cancellationToken);
        if (count > 0 || buffer.Length == 0) return count;
        await _git.WaitForExitAsync(cancellationToken);
        return _git.ExitCode == 0 ? 0 : throw new IOException($"git archive failed: {(await _complaints).Trim()}");
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => ReadAsync(buffer.AsMemory(offset, count)).AsTask().GetAwaiter().GetResult();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        // The request disposes of its body, and so does who made it.
        if (disposing && !_disposed)
        {
            _disposed = true;
            if (!_git.HasExited) _git.Kill();
            _git.Dispose();
        }

        base.Dispose(disposing);
    }
}
