using System.Text;
using Microsoft.Win32.SafeHandles;
using Paas.Linux.Events;
using Paas.Linux.Sockets;
using static Paas.Linux.Native;

namespace Paas.Linux.DBus;

/// <summary>A connection to a D-Bus peer over a Unix socket: calls and their answers, and signals. For one thread.</summary>
public sealed class DBusConnection : IDisposable
{
    private readonly SafeFileHandle _socket;
    private readonly Queue<DBusMessage> _signals = new();
    private readonly TimeSpan _patience;
    private uint _serial;

    private DBusConnection(SafeFileHandle socket, TimeSpan patience) => (_socket, _patience) = (socket, patience);

    /// <summary>Connects and says who this is (SASL EXTERNAL). Null when nobody listens there.</summary>
    /// <param name="path">Of the socket.</param>
    /// <param name="patience">Longest wait for an answer or a signal.</param>
    /// <exception cref="DBusException">The peer does not want us.</exception>
    public static DBusConnection? Open(string path, TimeSpan patience)
    {
        if (UnixSocket.Connect(path) is not { } socket) return null;
        var connection = new DBusConnection(socket, patience);
        try
        {
            var uid = Convert.ToHexStringLower(Encoding.ASCII.GetBytes($"{Processes.EffectiveUser}"));
            connection.Send(Encoding.ASCII.GetBytes($"\0AUTH EXTERNAL {uid}\r\n"));
            var answer = connection.ReadLine();
            if (!answer.StartsWith("OK", StringComparison.Ordinal))
            {
                throw new DBusException("rejected", $"{path} refuses this user: {answer}");
            }

            connection.Send("BEGIN\r\n"u8);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>Calls a method and waits for its answer. Signals that come meanwhile are kept.</summary>
    /// <param name="destination">Name on the bus; null for a peer without a bus between.</param>
    /// <param name="path">Of the object.</param>
    /// <param name="interfaceName">Of the method.</param>
    /// <param name="member">The method.</param>
    /// <param name="signature">Types of the arguments.</param>
    /// <param name="arguments">Writes them.</param>
    /// <exception cref="DBusException">The method's own error, or no answer in time.</exception>
    public DBusMessage Call(
        string? destination, string path, string interfaceName, string member, string signature = "", Action<DBusWriter>? arguments = null)
    {
        var body = new DBusWriter();
        arguments?.Invoke(body);
        var serial = ++_serial;
        Send(Marshal(serial, destination, path, interfaceName, member, signature, body.Written));
        while (true)
        {
            var message = Receive();
            if (message.Type == DBusMessageType.Signal) _signals.Enqueue(message);
            if (message.ReplySerial != serial) continue;
            if (message.Type == DBusMessageType.Reply) return message;
            throw new DBusException(message.ErrorName, message.Signature.StartsWith('s') ? message.String() : message.ErrorName);
        }
    }

    /// <summary>The next signal.</summary>
    /// <exception cref="DBusException">None came in time.</exception>
    public DBusMessage WaitForSignal()
    {
        if (_signals.TryDequeue(out var kept)) return kept;
        while (true)
        {
            var message = Receive();
            if (message.Type == DBusMessageType.Signal) return message;
        }
    }

    private static byte[] Marshal(
        uint serial, string? destination, string path, string interfaceName, string member, string signature, ReadOnlySpan<byte> body)
    {
        var message = new DBusWriter();
        // Little-endian, a call, no flags, version 1.
        message.Byte((byte)'l').Byte((byte)DBusMessageType.Call).Byte(0).Byte(1).UInt32((uint)body.Length).UInt32(serial);
        message.Array(8, fields =>
        {
            fields.Structure().Byte(1).Signature("o").String(path);
            fields.Structure().Byte(2).Signature("s").String(interfaceName);
            fields.Structure().Byte(3).Signature("s").String(member);
            if (destination is not null) fields.Structure().Byte(6).Signature("s").String(destination);
            if (signature.Length > 0) fields.Structure().Byte(8).Signature("g").Signature(signature);
        });
        message.Align(8);
        message.Append(body);
        return message.Written.ToArray();
    }

    private DBusMessage Receive()
    {
        Span<byte> prelude = stackalloc byte[DBusMessage.PreludeLength];
        ReadExactly(prelude);
        var rest = new byte[DBusMessage.Remaining(prelude)];
        ReadExactly(rest);
        return DBusMessage.Parse(prelude, rest);
    }

    private string ReadLine()
    {
        var line = new StringBuilder();
        Span<byte> one = stackalloc byte[1];
        while (line.Length < 1024)
        {
            ReadExactly(one);
            if (one[0] == '\n') break;
            line.Append((char)one[0]);
        }

        return line.ToString().TrimEnd('\r');
    }

    private void ReadExactly(Span<byte> buffer)
    {
        var deadline = Environment.TickCount64 + (long)_patience.TotalMilliseconds;
        while (buffer.Length > 0)
        {
            var count = Descriptors.Read(_socket, buffer);
            if (count == 0) throw new DBusException("disconnected", "the bus closed the connection");
            if (count > 0) buffer = buffer[count..];
            else Wait(PollEvents.Readable, deadline);
        }
    }

    private void Send(ReadOnlySpan<byte> bytes)
    {
        var deadline = Environment.TickCount64 + (long)_patience.TotalMilliseconds;
        while (bytes.Length > 0)
        {
            var count = UnixSocket.Send(_socket, bytes);
            if (count >= 0) bytes = bytes[count..];
            else Wait(PollEvents.Writable, deadline);
        }
    }

    private void Wait(PollEvents events, long deadline)
    {
        var left = deadline - Environment.TickCount64;
        if (left <= 0) throw new DBusException("timeout", $"no answer from the bus in {_patience.TotalSeconds} s");
        Span<pollfd> poll = [new pollfd { fd = (int)_socket.DangerousGetHandle(), events = (short)events }];
        Poll.Wait(poll, (int)left);
    }

    public void Dispose() => _socket.Dispose();
}
