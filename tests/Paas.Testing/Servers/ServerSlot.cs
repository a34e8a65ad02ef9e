namespace Paas.Testing.Servers;

/// <summary>
/// A number that no other test server on this host has now: bridge, subnet and cgroup parent are named by it. Held by a locked file,
/// so that a killed test run gives it back.
/// </summary>
internal sealed class ServerSlot : IDisposable
{
    private const int Slots = 20;

    private readonly FileStream _lock;

    private ServerSlot(int number, FileStream held) => (Number, _lock) = (number, held);

    public int Number { get; }

    public static ServerSlot Take()
    {
        for (var number = 0; number < Slots; number++)
        {
            try
            {
                var path = Path.Combine(Path.GetTempPath(), $"paas-test-slot-{number}");
                return new ServerSlot(number, new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose));
            }
            catch (IOException)
            {
                // Another run has it.
            }
        }

        throw new InvalidOperationException($"{Slots} test servers run on this host already");
    }

    public void Dispose() => _lock.Dispose();
}
