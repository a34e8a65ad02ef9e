namespace Paas.Node.Network;

/// <summary>The host's IPv4 forwarding: on while the node is in use, and afterwards as it was.</summary>
/// <param name="switchPath"><c>/proc/sys/net/ipv4/ip_forward</c>, which belongs to the network namespace of the thread that opens it.</param>
/// <param name="memoryPath">Exists from before we switch it on until we have switched it off.</param>
internal sealed class Forwarding(string switchPath, string memoryPath)
{
    /// <summary>True while it is on.</summary>
    public bool IsOn => File.ReadAllText(switchPath).Trim() != "0";

    /// <summary>Switches it on. A crash at any point leaves what <see cref="Restore"/> needs.</summary>
    public void Enable()
    {
        if (IsOn) return;
        Directory.CreateDirectory(Path.GetDirectoryName(memoryPath)!);
        File.WriteAllText(memoryPath, "0\n");
        File.WriteAllText(switchPath, "1");
    }

    /// <summary>Switches it off if it was off before us.</summary>
    public void Restore()
    {
        if (!File.Exists(memoryPath)) return;
        File.WriteAllText(switchPath, "0");
        File.Delete(memoryPath);
    }
}
