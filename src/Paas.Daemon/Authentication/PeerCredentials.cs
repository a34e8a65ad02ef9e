using System.Buffers.Binary;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Paas.Daemon.Authentication;

/// <summary>Who is at the other end of the Unix socket, as the kernel knows it (unix(7), <c>SO_PEERCRED</c>).</summary>
/// <param name="Pid">0 where it is in a pid namespace that this one does not see.</param>
/// <param name="Uid">Its user id when it connected.</param>
internal sealed record PeerCredentials(int Pid, uint Uid)
{
    private const int SolSocket = 1;
    private const int SoPeerCred = 17;

    /// <summary>Makes the credentials of each connection a feature of it.</summary>
    public static void UsePeerCredentials(ListenOptions listen) =>
        listen.Use(next => connection =>
        {
            if (connection.Features.Get<IConnectionSocketFeature>()?.Socket is { } socket) connection.Features.Set(Of(socket));
            return next(connection);
        });

    private static PeerCredentials? Of(Socket socket)
    {
        Span<byte> ucred = stackalloc byte[12];
        try
        {
            if (socket.GetRawSocketOption(SolSocket, SoPeerCred, ucred) < ucred.Length) return null;
        }
        catch (SocketException)
        {
            // Closed already.
            return null;
        }

        return new PeerCredentials(BinaryPrimitives.ReadInt32LittleEndian(ucred), BinaryPrimitives.ReadUInt32LittleEndian(ucred[4..]));
    }
}
