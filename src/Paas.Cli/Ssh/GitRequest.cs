namespace Paas.Cli.Ssh;

/// <summary>What git asks a server to run over SSH: <c>git-receive-pack 'path'</c> (gitprotocol-pack(5), "SSH Transport").</summary>
/// <param name="Service"><c>git-receive-pack</c>, <c>git-upload-pack</c> or <c>git-upload-archive</c>.</param>
/// <param name="App">The path without a leading slash and without <c>.git</c>.</param>
internal sealed record GitRequest(string Service, string App)
{
    private static readonly HashSet<string> Services = ["git-receive-pack", "git-upload-pack", "git-upload-archive"];

    /// <summary>Null for what is not one.</summary>
    public static GitRequest? Of(IReadOnlyList<string> words)
    {
        if (words is ["git", var verb, var second] && Services.Contains("git-" + verb)) return new GitRequest("git-" + verb, Named(second));
        return words is [var service, var path] && Services.Contains(service) ? new GitRequest(service, Named(path)) : null;
    }

    private static string Named(string path)
    {
        var name = path.Trim('/');
        if (name.StartsWith("~/", StringComparison.Ordinal)) name = name[2..];
        return name.EndsWith(".git", StringComparison.Ordinal) ? name[..^4] : name;
    }
}
