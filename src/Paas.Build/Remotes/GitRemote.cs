using System.Net;

namespace Paas.Build.Remotes;

/// <summary>Who this server is for an SSH server.</summary>
/// <param name="KeyFile">A private key.</param>
/// <param name="KnownHostsFile">The keys of the servers that are trusted (sshd(8)).</param>
public sealed record SshIdentity(string KeyFile, string KnownHostsFile);

/// <summary>What to fetch, and into which repository.</summary>
/// <param name="Repository">A git directory.</param>
/// <param name="Address">From where.</param>
/// <param name="Ref">A branch, a tag, <c>HEAD</c> or the id of a commit.</param>
public sealed record GitFetch(string Repository, RemoteAddress Address, string Ref)
{
    /// <summary>The ref that keeps it; null keeps it in FETCH_HEAD only.</summary>
    public string? Into { get; init; }

    /// <summary>Only the commit itself, without what was before it.</summary>
    public bool IsShallow { get; init; }

    /// <summary>Bytes of packs that may come.</summary>
    public long MaximumBytes { get; init; } = long.MaxValue;
}

/// <summary>Fetches from git repositories elsewhere, for people who are not this host's administrator.</summary>
/// <param name="logins">The login at a host, by <see cref="RemoteAddress.HostKey"/>.</param>
/// <param name="identity">For SSH; null has none.</param>
public sealed class GitRemote(Func<string, RemoteLogin?> logins, SshIdentity? identity) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(20);
    private static readonly TimeSpan Glance = TimeSpan.FromSeconds(1);

    private readonly RemoteProbe _probe = new();

    /// <summary>One that is nobody anywhere.</summary>
    public static GitRemote Anonymous() => new(_ => null, null);

    /// <summary>The addresses of a host that do not mean this server itself.</summary>
    /// <exception cref="GitRemoteException">There are none.</exception>
    public static Task<IPAddress[]> FindAsync(string host, CancellationToken ct) => RemoteProbe.ForeignAsync(host, ct);

    /// <inheritdoc/>
    public void Dispose() => _probe.Dispose();

    /// <summary>Fetches one ref with what it leads to.</summary>
    /// <exception cref="GitRemoteException">Why it could not be; the repository is as it was, but for objects that nothing leads to.</exception>
    public async Task FetchAsync(GitFetch fetch, CancellationToken ct)
    {
        if (fetch.Ref.StartsWith('-') || fetch.Ref.Any(c => char.IsControl(c) || c is ':' or ' ' or '*' or '^' or '+'))
            throw new GitRemoteException(GitRemoteFailure.NoSuchRef, $"'{fetch.Ref}' is no branch, tag or commit");
        var access = fetch.Address.Scheme switch
        {
            "ssh" => await RemoteProbe.SshAsync(fetch.Address, identity, ct),
            "git" => await RemoteProbe.GitAsync(fetch.Address, ct),
            _ => await _probe.HttpAsync(fetch.Address, logins, ct),
        };
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Patience);
        var watching = WatchAsync(fetch, limit);
        GitResult result;
        try
        {
            result = await GitProgram.RunAsync(Arguments(fetch, access.Url), Environment(access), limit.Token);
        }
        catch (OperationCanceledException error) when (!ct.IsCancellationRequested)
        {
            throw new GitRemoteException(
                GitRemoteFailure.TooLarge, await watching ? $"{fetch.Address} is larger than {fetch.MaximumBytes >> 20} MiB" : $"{fetch.Address} took longer than {Patience.TotalMinutes:0} minutes", error);
        }
        finally
        {
            await limit.CancelAsync();
            await watching;
        }

        if (result.ExitCode != 0) throw Failure(fetch, result.Errors);
    }

    private static List<string> Arguments(GitFetch fetch, string url)
    {
        List<string> arguments = ["-C", fetch.Repository, "fetch", "--quiet", "--no-tags", "--no-auto-gc", "--no-recurse-submodules"];
        if (fetch.Into is not null) arguments.Add("--no-write-fetch-head");
        if (fetch.IsShallow) arguments.Add("--depth=1");
        arguments.AddRange(["--end-of-options", url, fetch.Into is { } into ? $"+{fetch.Ref}:{into}" : fetch.Ref]);
        return arguments;
    }

    private static Dictionary<string, string> Environment(RemoteAccess access)
    {
        var environment = GitProgram.Configuration(
        [
            ("core.hooksPath", "/dev/null"), ("credential.helper", ""), ("fetch.fsckObjects", "true"), ("gc.auto", "0"),
            ("fetch.fsck.zeroPaddedFilemode", "ignore"), ("fetch.fsck.missingSpaceBeforeDate", "ignore"), ("fetch.fsck.badTimezone", "ignore"), .. access.Configuration,
        ]);
        environment["GIT_ALLOW_PROTOCOL"] = "https:http:ssh:git";
        environment["GIT_SSH_VARIANT"] = "ssh";
        if (access.SshCommand is { } command) environment["GIT_SSH_COMMAND"] = command;
        return environment;
    }

    // git has no limit for what a fetch may bring.
    private static async Task<bool> WatchAsync(GitFetch fetch, CancellationTokenSource limit)
    {
        if (fetch.MaximumBytes == long.MaxValue) return false;
        var packs = new DirectoryInfo(Path.Combine(fetch.Repository, "objects", "pack"));
        var before = Size(packs);
        while (!limit.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(Glance, limit.Token);
            }
            catch (OperationCanceledException)
            {
                return false;
            }

            if (Size(packs) - before <= fetch.MaximumBytes) continue;
            await limit.CancelAsync();
            return true;
        }

        return false;
    }

    private static long Size(DirectoryInfo packs)
    {
        try
        {
            return packs.Exists ? packs.EnumerateFiles().Sum(file => file.Length) : 0;
        }
        catch (IOException)
        {
            // git has just renamed one.
            return 0;
        }
    }

    private GitRemoteException Failure(GitFetch fetch, string said)
    {
        var address = fetch.Address;
        var lines = said.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        bool Says(string text) => said.Contains(text, StringComparison.OrdinalIgnoreCase);
        if (Says("couldn't find remote ref") || Says("not our ref") || Says("Server does not allow request for unadvertised object"))
            return new GitRemoteException(GitRemoteFailure.NoSuchRef, fetch.Ref == "HEAD" ? $"{address} has no commits" : $"{address} has no {fetch.Ref}");
        if (Says("Host key verification failed")) return new GitRemoteException(GitRemoteFailure.UnknownHost, $"the key of {address.HostKey} is not known here, or is another one now");
        if (Says("Permission denied") || Says("Repository not found") || Says("Authentication failed"))
            return new GitRemoteException(GitRemoteFailure.Denied, identity is null && address.Scheme == "ssh" ? $"{address} wants a key, and there is none" : $"{address} does not let this server in");
        if (Says("ssh: connect to host") || Says("Connection timed out") || Says("Connection closed by") || Says("Failed to connect"))
            return new GitRemoteException(GitRemoteFailure.Unreachable, $"{address} cannot be reached: {lines[0]}");
        return new GitRemoteException(GitRemoteFailure.Failed, $"{address} could not be fetched: {string.Join("; ", lines.Take(3))}");
    }
}
