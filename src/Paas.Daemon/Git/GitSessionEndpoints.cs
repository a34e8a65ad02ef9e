using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.Daemon.Authentication;
using Paas.Daemon.Streaming;

namespace Paas.Daemon.Git;

/// <summary>
/// git's services as one conversation, for sessions over SSH: <c>GET /v1/apps/{app}/git/{service}</c>, a WebSocket whose first frame is a
/// <see cref="GitSessionRequest"/> and whose further frames are those of <see cref="InstanceExecRequest"/>.
/// </summary>
internal static class GitSessionEndpoints
{
    private static readonly GitService[] Services = [GitService.ReceivePack, GitService.UploadPack, GitService.UploadArchive];

    public static void MapGitSessions(this IEndpointRouteBuilder api) => api.MapGet("/apps/{app}/git/{service}", AnswerAsync);

    private static Task AnswerAsync(string app, string service, HttpContext context, GitHost git)
    {
        var wanted = Array.Find(Services, one => one.Name == service) ?? throw new PaasException(ErrorCode.NotFound, $"git has no service {service}");
        var repository = "";
        return ExecSocket.AnswerAsync(
            context,
            $"git push ssh://…/{app}",
            async ct => repository = await git.RepositoryAsync(app, ct),
            ApiJsonContext.Default.GitSessionRequest,
            (request, streams, ct) =>
            {
                var call = new GitCall(wanted, app, repository, Caller.Name(context.User), GitProtocol.Checked(request.Protocol)) { IsSession = true };
                return git.RunAsync(call, streams.Input, streams.Output, streams.Error, ct);
            });
    }
}
