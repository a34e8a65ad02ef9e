using System.Diagnostics;
using System.Text;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Git;

namespace Paas.Daemon.Git;

/// <summary>One run of a git service.</summary>
/// <param name="Service">Which.</param>
/// <param name="App">The app.</param>
/// <param name="Repository">Its bare repository.</param>
/// <param name="Caller">Who asked.</param>
/// <param name="Protocol">The client's <c>Git-Protocol</c> header.</param>
/// <param name="Advertise">Only list the refs.</param>
internal sealed record GitCall(GitService Service, string App, string Repository, string Caller, string Protocol, bool Advertise = false)
{
    /// <summary>One conversation from the refs to the end, as over SSH; else each request stands for itself.</summary>
    public bool IsSession { get; init; }
}

/// <summary>Runs git's own programs on the repositories of the apps.</summary>
internal sealed partial class GitHost(
    DaemonOptions options, IPlatform platform, GitRepositories repositories, IHostApplicationLifetime lifetime, ILogger<GitHost> log)
{
    private static readonly TimeSpan LateSender = TimeSpan.FromMinutes(10);

    /// <summary>The repository of an app that exists. AppNotFound for another.</summary>
    public async Task<string> RepositoryAsync(string app, CancellationToken ct)
    {
        try
        {
            await platform.GetAppAsync(app, ct);
        }
        catch (PaasException error) when (error.Code is ErrorCode.AppNotFound or ErrorCode.InvalidRequest)
        {
            throw new PaasException(ErrorCode.AppNotFound, $"App {app} does not exist", $"Create it: paas create {app}", error);
        }

        return await repositories.EnsureAsync(app, ct);
    }

    /// <summary>
    /// Runs the service between the two streams. A client that goes away in the middle of its pack ends it; one that goes away
    /// later does not: the push then completes without a listener.
    /// </summary>
    /// <param name="call">What to run.</param>
    /// <param name="input">What the client says.</param>
    /// <param name="output">Takes what git says to it.</param>
    /// <param name="errors">Takes what git says to the person, where the protocol has a way for that.</param>
    /// <param name="aborted">The client went away.</param>
    /// <returns>The exit code.</returns>
    public async Task<int> RunAsync(GitCall call, Stream input, Stream output, Stream? errors, CancellationToken aborted)
    {
        using var git = Start(call);
        using var stopping = lifetime.ApplicationStopping.Register(() => Kill(git));
        // A fetch without a reader is wasted work; a push may be deploying, and git must then record what went live.
        using var unread = call.Service != GitService.ReceivePack ? aborted.Register(() => Kill(git)) : default;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        var complaints = git.StandardError.ReadToEndAsync(CancellationToken.None);
        var feeding = FeedAsync(input, git, ended.Token);
        var spoken = call is { Service.Command: "receive-pack", Advertise: false }
            ? new PushOutput(output, options.MaxSourceBytes)
            : new GitOutput(output);
        try
        {
            await spoken.CopyAsync(git.StandardOutput.BaseStream, aborted);
            await git.WaitForExitAsync(CancellationToken.None);
            // The answer is out, but over HTTP a client that is still sending reads it only once it has sent everything.
            ended.CancelAfter(call.IsSession ? TimeSpan.Zero : LateSender);
        }
        finally
        {
            Kill(git);
            await feeding;
        }

        if (git.ExitCode != 0 && !aborted.IsCancellationRequested)
        {
            var said = (await complaints).Trim();
            GitFailed(call.Service.Command, call.App, git.ExitCode, said);
            if (errors is not null && said.Length > 0) await errors.WriteAsync(Encoding.UTF8.GetBytes(said + "\n"), CancellationToken.None);
        }

        return git.ExitCode;
    }

    private static void Kill(Process git)
    {
        try
        {
            git.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended.
        }
    }

    private Process Start(GitCall call)
    {
        var start = new ProcessStartInfo("git")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = call.Repository,
        };
        start.ArgumentList.Add(call.Service.Command);
        if (!call.IsSession) start.ArgumentList.Add("--stateless-rpc");
        if (call.Advertise) start.ArgumentList.Add("--advertise-refs");
        start.ArgumentList.Add(call.Repository);
        // The administrator's own git configuration has no say here.
        start.Environment["GIT_CONFIG_NOSYSTEM"] = "1";
        start.Environment["GIT_CONFIG_GLOBAL"] = "/dev/null";
        start.Environment["GIT_PROTOCOL"] = call.Protocol;
        start.Environment["PAAS_SOCKET"] = options.Socket;
        start.Environment["PAAS_APP"] = call.App;
        start.Environment["PAAS_USER"] = call.Caller;
        foreach (var name in new[] { "GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "PAAS_URL", "PAAS_TOKEN", "PAAS_SESSION" }) start.Environment.Remove(name);
        try
        {
            return Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            throw new PaasException(ErrorCode.Unavailable, "The server has no git", "Install it there: apt-get install git", error);
        }
    }

    private static async Task FeedAsync(Stream input, Process git, CancellationToken ended)
    {
        var pipe = git.StandardInput.BaseStream;
        var buffer = new byte[64 * 1024];
        var refused = false;
        try
        {
            int count;
            while ((count = await input.ReadAsync(buffer, ended)) > 0)
            {
                if (refused) continue;
                try
                {
                    await pipe.WriteAsync(buffer.AsMemory(0, count), ended);
                }
                catch (IOException)
                {
                    // git has read enough and says why on its output; the client hears that only once it has sent everything.
                    refused = true;
                }
            }
        }
        catch (Exception error) when (error is IOException or OperationCanceledException or InvalidDataException or BadHttpRequestException)
        {
            // The client went away in the middle: git sees an early end and gives up.
        }
        finally
        {
            try
            {
                git.StandardInput.Close();
            }
            catch (IOException)
            {
                // Closed at the other end already.
            }
        }
    }

    [LoggerMessage(1101, LogLevel.Warning, "git {Command} for {App} exited with {Code}: {Complaint}")]
    private partial void GitFailed(string command, string app, int code, string complaint);
}
