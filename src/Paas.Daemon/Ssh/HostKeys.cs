using System.Diagnostics;
using Paas.Contracts.Errors;

namespace Paas.Daemon.Ssh;

/// <summary>The keys by which clients know this server again: made once, kept with the data.</summary>
internal static class HostKeys
{
    private static readonly (string Type, string[] Arguments)[] Kinds = [("ed25519", []), ("rsa", ["-b", "3072"])];

    /// <summary>Makes those that are missing. Unavailable where there is no ssh-keygen.</summary>
    /// <returns>The private keys' paths.</returns>
    public static async Task<IReadOnlyList<string>> EnsureAsync(string directory, CancellationToken ct)
    {
        var paths = new List<string>();
        foreach (var (type, arguments) in Kinds)
        {
            var path = Path.Combine(directory, $"ssh_host_{type}_key");
            if (!File.Exists(path)) await MakeAsync(path, type, arguments, ct);
            paths.Add(path);
        }

        return paths;
    }

    private static async Task MakeAsync(string path, string type, string[] arguments, CancellationToken ct)
    {
        var making = path + ".making";
        File.Delete(making);
        File.Delete(making + ".pub");
        var start = new ProcessStartInfo("ssh-keygen", ["-q", "-t", type, .. arguments, "-N", "", "-C", "paas", "-f", making]) { RedirectStandardError = true };
        try
        {
            using var keygen = Process.Start(start)!;
            var complaint = await keygen.StandardError.ReadToEndAsync(ct);
            await keygen.WaitForExitAsync(ct);
            if (keygen.ExitCode != 0) throw new PaasException(ErrorCode.Internal, $"ssh-keygen failed: {complaint.Trim()}");
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            throw new PaasException(ErrorCode.Unavailable, "there is no ssh-keygen", "apt-get install openssh-server", error);
        }

        // The private key last: what has it is whole.
        File.Move(making + ".pub", path + ".pub", overwrite: true);
        File.Move(making, path);
    }
}
