using Microsoft.Win32.SafeHandles;
using Paas.Linux.Sockets;
using Xunit;

namespace Paas.Runtime.FunctionalTests.Terminals;

/// <summary>Whoever listens at <c>--console-socket</c> and takes the terminals that are sent there.</summary>
internal sealed class ConsoleListener : IDisposable
{
    private readonly SafeFileHandle _listener;

    public ConsoleListener(TestContainer container)
    {
        // A socket's path may have 107 bytes only.
        Path = $"/tmp/{container.Id}.sock";
        _listener = UnixSocket.Listen(Path);
    }

    public string Path { get; }

    /// <summary>The next terminal.</summary>
    public TestTerminal Receive()
    {
        SafeFileHandle? client = null;
        TestContainer.Eventually(() => (client = UnixSocket.Accept(_listener)) is not null, "somebody connects to the console socket");
        using (client)
        {
            IReadOnlyList<SafeFileHandle> received = [];
            var name = new byte[4096];
            TestContainer.Eventually(() => (received = DescriptorPassing.Receive(client!, name).Descriptors).Count > 0, "a descriptor is sent");
            return new TestTerminal(Assert.Single(received));
        }
    }

    public void Dispose()
    {
        _listener.Dispose();
        File.Delete(Path);
    }
}
