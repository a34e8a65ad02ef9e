using System.Diagnostics;

namespace Paas.Testing.Servers;

/// <summary>A server of other people's git repositories.</summary>
public sealed class GitDaemon : IDisposable
{
    private readonly Process _process;

    private GitDaemon(string directory, string address, int port)
    {
        Address = $"git://{address}:{port}/";
        _process = Process.Start("git", ["daemon", "--reuseaddr", $"--listen={address}", $"--port={port}", $"--base-path={directory}", "--export-all", directory]);
    }

    /// <summary>Ends with a slash; the name of a repository's directory follows.</summary>
    public string Address { get; }

    /// <summary>Serves the repositories in a directory.</summary>
    /// <param name="directory">Absolute.</param>
    /// <param name="repository">One of them, which answers when this returns.</param>
    /// <param name="address">An address of this host.</param>
    public static async Task<GitDaemon> StartAsync(string directory, string repository, string address)
    {
        var daemon = new GitDaemon(directory, address, Ports.Free());
        try
        {
            await Eventually.TrueAsync("git daemon answers", TimeSpan.FromSeconds(60), async () => (await new Command("git", "ls-remote", daemon.Address + repository).RunAsync()).ExitCode == 0);
            return daemon;
        }
        catch
        {
            daemon.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
    }
}
