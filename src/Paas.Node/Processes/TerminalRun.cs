using System.Diagnostics;
using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;
using Paas.Contracts.Supervision;
using Paas.Linux.Sockets;
using Paas.Linux.Terminals;
using Paas.Node.Supervision;

namespace Paas.Node.Processes;

/// <summary>
/// A one-shot container at a terminal: its runtime sends the terminal's master end over <c>--console-socket</c> and waits for the
/// process. Killing the runtime ends the container.
/// </summary>
internal sealed class TerminalRun : IAttachedProcess
{
    private static readonly TimeSpan InFlight = TimeSpan.FromMilliseconds(100);

    private readonly Process _process;
    private readonly SafeFileHandle? _master;

    private TerminalRun(Process process, SafeFileHandle? master)
    {
        (_process, _master) = (process, master);
        Input = Output = master is null ? Stream.Null : new DescriptorStream(master);
    }

    /// <inheritdoc/>
    public Stream Input { get; }

    /// <inheritdoc/>
    public Stream Output { get; }

    /// <inheritdoc/>
    public Stream? Error => null;

    /// <summary>Starts the runtime and takes the terminal, unless it ends before it has one: then there is nothing to carry.</summary>
    /// <param name="launcher">Starts it.</param>
    /// <param name="start">The runtime's command line without the option that names the socket.</param>
    /// <param name="socket">Path for it; at most 107 bytes. It is gone afterwards.</param>
    /// <param name="ct">Kills the runtime.</param>
    public static async Task<TerminalRun> StartAsync(LauncherThread launcher, Func<string, ProcessStartInfo> start, string socket, CancellationToken ct)
    {
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        File.Delete(socket);
        listener.Bind(new UnixDomainSocketEndPoint(socket));
        listener.Listen(1);
        var info = start(socket);
        info.RedirectStandardInput = info.RedirectStandardOutput = info.RedirectStandardError = true;
        var process = await launcher.StartAsync(info);
        try
        {
            process.StandardInput.Close();
            // The container's words are the terminal's, and the runtime's are in its log.
            _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
            _ = process.StandardError.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
            return new TerminalRun(process, await ReceiveAsync(listener, process, ct));
        }
        catch
        {
            End(process);
            throw;
        }
        finally
        {
            File.Delete(socket);
        }
    }

    /// <inheritdoc/>
    public Task ResizeAsync(WindowSize size, CancellationToken ct)
    {
        if (_master is not null) Terminal.Resize(_master, new TerminalSize(size.Rows, size.Columns));
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task<int> WaitAsync(CancellationToken ct)
    {
        await _process.WaitForExitAsync(ct);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        Input.Dispose();
        End(_process);
    }

    private static async Task<SafeFileHandle?> ReceiveAsync(Socket listener, Process process, CancellationToken ct)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var connecting = listener.AcceptAsync(over.Token).AsTask();
        await Task.WhenAny(connecting, process.WaitForExitAsync(over.Token));
        // One that has ended may have sent its terminal before: then that is on its way here.
        if (!connecting.IsCompleted && !listener.Poll(TimeSpan.Zero, SelectMode.SelectRead)) over.CancelAfter(InFlight);
        using var connection = await TryAsync(connecting);
        ct.ThrowIfCancellationRequested();
        if (connection is null) return null;
        // Of nothing: only waits. The descriptor comes with the bytes, of which the socket class knows nothing.
        await connection.ReceiveAsync(Memory<byte>.Empty, SocketFlags.None, ct);
        using var handle = new SafeFileHandle(connection.Handle, ownsHandle: false);
        var (_, descriptors) = DescriptorPassing.Receive(handle, new byte[64]);
        return descriptors.SingleOrDefault();
    }

    private static async Task<Socket?> TryAsync(Task<Socket> connecting)
    {
        try
        {
            return await connecting;
        }
        catch (OperationCanceledException)
        {
            return null;
        }
    }

    private static void End(Process process)
    {
        if (!process.HasExited) process.Kill();
        process.WaitForExit();
        process.Dispose();
    }
}
