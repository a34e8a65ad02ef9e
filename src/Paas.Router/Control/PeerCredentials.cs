using System.Buffers.Binary;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Paas.Router.Control;

/// <summary>Who is at the other end of a Unix socket, by the kernel's word: SO_PEERCRED, unix(7).</summary>
/// <param name="Pid">The process that connected.</param>
/// <param name="Uid">Its effective user when it did.</param>
internal sealed partial record PeerCredentials(int Pid, uint Uid)
{
    private const int SolSocket = 1;
    private const int SoPeerCred = 17;

    /// <summary>Whether this peer may tell the router what to do: root, or the router's own user.</summary>
    public bool MayControl => Uid == 0 || Uid == EffectiveUser();

    /// <summary>Reads them from a connected socket.</summary>
    /// <exception cref="SocketException">It is no connected Unix socket.</exception>
    public static PeerCredentials Of(Socket socket)
    {
        Span<byte> ucred = stackalloc byte[12];
        socket.GetRawSocketOption(SolSocket, SoPeerCred, ucred);
        return BitConverter.IsLittleEndian
            ? new(BinaryPrimitives.ReadInt32LittleEndian(ucred), BinaryPrimitives.ReadUInt32LittleEndian(ucred[4..]))
            : new(BinaryPrimitives.ReadInt32BigEndian(ucred), BinaryPrimitives.ReadUInt32BigEndian(ucred[4..]));
    }

    /// <summary>Connection middleware that makes them a feature of the connection.</summary>
    public static ConnectionDelegate Middleware(ConnectionDelegate next) => connection =>
    {
        if (connection.Features.Get<IConnectionSocketFeature>() is { } feature) connection.Features.Set(Of(feature.Socket));
        return next(connection);
    };

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}
