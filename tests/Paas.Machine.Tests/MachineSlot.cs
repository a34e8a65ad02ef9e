namespace Paas.Machine.Tests;

/// <summary>
/// A name for machines that no other test run on this host has now. Held by a locked file, so that a killed run gives it back, and
/// whoever takes it next removes what that run left.
/// </summary>
internal sealed class MachineSlot : IDisposable
{
    private const int Slots = 10;

    private readonly FileStream _lock;

    private MachineSlot(string name, FileStream held) => (Name, _lock) = (name, held);

    /// <summary>For <c>PAAS_MACHINE_RUN</c>.</summary>
    public string Name { get; }

    public static MachineSlot Take()
    {
        for (var number = 0; number < Slots; number++)
        {
            var name = $"tests{number}";
            try
            {
                return new MachineSlot(name, new FileStream(Path.Combine(Path.GetTempPath(), $"paas-machine-{name}"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            }
            catch (IOException)
            {
                // Another run has it.
            }
        }

        throw new InvalidOperationException($"{Slots} test runs have machines on this host already");
    }

    public void Dispose() => _lock.Dispose();
}
