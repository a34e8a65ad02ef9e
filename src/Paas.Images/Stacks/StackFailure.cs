namespace Paas.Images.Stacks;

/// <summary>Says what went wrong from what the programs said.</summary>
internal static class StackFailure
{
    private static readonly (string Sign, string Message, string Hint)[] Known =
    [
        ("Could not resolve", "the Debian mirror's name cannot be resolved", "check this machine's DNS and network, or its proxy settings (http_proxy)"),
        ("Temporary failure resolving", "the Debian mirror's name cannot be resolved", "check this machine's DNS and network, or its proxy settings (http_proxy)"),
        ("Could not connect to", "the Debian mirror cannot be reached", "check this machine's network, or its proxy settings (http_proxy)"),
        ("Unable to connect to", "the Debian mirror cannot be reached", "check this machine's network, or its proxy settings (http_proxy)"),
        ("Connection timed out", "the Debian mirror cannot be reached", "check this machine's network, or its proxy settings (http_proxy)"),
        ("Unable to locate package", "Debian has no such package", "check the names of the extra packages"),
        ("has no installation candidate", "Debian has no such package", "check the names of the extra packages"),
        ("No space left on device", "the disk is full", "building the stack needs about 2 GB"),
        ("NO_PUBKEY", "the Debian archive's key is not known here", "apt-get install debian-archive-keyring"),
        ("Operation not permitted", "this machine does not allow mounts or device nodes", "run on a machine or container with these rights"),
    ];

    public static StackException Explain(IReadOnlyList<string> lines)
    {
        foreach (var (sign, message, hint) in Known)
        {
            var line = lines.FirstOrDefault(line => line.Contains(sign, StringComparison.OrdinalIgnoreCase));
            if (line is not null) return new StackException($"the stack cannot be built: {message} ({line.Trim()})", hint);
        }

        var last = string.Join('\n', lines.Where(line => !line.StartsWith("I: ", StringComparison.Ordinal)).TakeLast(10));
        return new StackException($"the stack cannot be built; mmdebstrap said:\n{last}");
    }
}
