using System.Diagnostics;
using System.Globalization;
using System.Text;
using Paas.Build.Remotes;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Access.Ssh;
using Paas.Linux;

namespace Paas.ControlPlane.Git.Remotes;

/// <summary>The SSH servers that are fetched from, by their keys (sshd(8), "SSH_KNOWN_HOSTS FILE FORMAT"). Safe for concurrent use.</summary>
internal sealed class KnownHosts(ControlPlaneOptions options)
{
    private readonly Lock _writing = new();

    /// <summary>The file; it need not exist.</summary>
    internal string FilePath => Path.Combine(options.GitDirectory, ".known_hosts");

    /// <summary>Asks a server for its keys and trusts them from now on, instead of those before.</summary>
    /// <param name="host">A host, with a port behind a colon where it is not 22.</param>
    /// <param name="ct">Cancels.</param>
    internal async Task<KnownHostDocument> AllowAsync(string host, CancellationToken ct)
    {
        var address = Parse(host);
        var keys = await ScanAsync(address, ct);
        lock (_writing)
        {
            var kept = File.Exists(FilePath) ? File.ReadAllLines(FilePath).Where(line => line.Split(' ')[0] != address.HostKey) : [];
            var lines = kept.Concat(keys.Select(key => $"{address.HostKey} {key.Type} {Convert.ToBase64String(key.Blob)}"));
            Directory.CreateDirectory(options.GitDirectory);
            Files.WriteAtomically(FilePath, Encoding.UTF8.GetBytes(string.Join('\n', lines) + "\n"), durable: true);
        }

        return new KnownHostDocument(address.HostKey, [.. keys.Select(key => new HostKeyDocument(key.Type, key.Fingerprint))]);
    }

    private static RemoteAddress Parse(string host)
    {
        try
        {
            // As an address, so that both name the server alike.
            return RemoteAddress.Parse($"ssh://{host}/x");
        }
        catch (GitRemoteException error)
        {
            throw new PaasException(ErrorCode.InvalidRequest, $"'{host}' is no host", "Write it like github.com, or git.example.com:2222", error);
        }
    }

    private static async Task<List<SshPublicKey>> ScanAsync(RemoteAddress address, CancellationToken ct)
    {
        string found;
        try
        {
            found = (await GitRemote.FindAsync(address.Host, ct))[0].ToString();
        }
        catch (GitRemoteException error)
        {
            throw new PaasException(ErrorCode.InvalidRequest, error.Message, inner: error);
        }

        var start = new ProcessStartInfo("ssh-keyscan", ["-T", "10", "-p", address.Port.ToString(CultureInfo.InvariantCulture), "-t", "ed25519,ecdsa,rsa", found]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var scan = Process.Start(start) ?? throw new PaasException(ErrorCode.Internal, "ssh-keyscan could not be started");
        var errors = scan.StandardError.ReadToEndAsync(ct);
        var output = await scan.StandardOutput.ReadToEndAsync(ct);
        await scan.WaitForExitAsync(ct);
        await errors;
        var keys = output.Split('\n').Where(line => line.Length > 0 && line[0] != '#').Select(line => SshPublicKey.Parse(line.Split(' ', 2)[^1])).ToList();
        return keys.Count > 0 ? keys : throw new PaasException(ErrorCode.Unavailable, $"no SSH server answers at {address.HostKey}", "Is the name right, and does a firewall let this server out?");
    }
}
