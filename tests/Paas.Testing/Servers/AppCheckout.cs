using System.Text.Json;
using Paas.Contracts.Api;

namespace Paas.Testing.Servers;

/// <summary>A person's clone of an app: a copy of a sample under tests/apps, committed, with the git remote <c>paas</c>.</summary>
public sealed class AppCheckout : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private AppCheckout(PaasServer server, string name)
    {
        Server = server;
        Name = name;
    }

    public PaasServer Server { get; }

    public string Name { get; }

    public string Host => $"{Name}.{Server.Domain}";

    public string Directory => _directory.Path;

    /// <summary>Copies the sample, commits it and runs <c>paas create</c>.</summary>
    public static async Task<AppCheckout> CreateAsync(PaasServer server, string sample, string name)
    {
        var app = new AppCheckout(server, name);
        (await new Command("cp", "-R", Path.Combine(Repository.Root, "tests/apps", sample) + "/.", app.Directory).RunAsync()).Succeeded();
        return await app.CreatedAsync();
    }

    /// <summary>The same of files by their paths; a <c>*</c> before a path makes it executable.</summary>
    public static async Task<AppCheckout> CreateAsync(PaasServer server, IReadOnlyDictionary<string, string> files, string name)
    {
        var app = new AppCheckout(server, name);
        foreach (var (path, text) in files)
        {
            var file = app.PathOf(path.TrimStart('*'));
            System.IO.Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, text);
            if (path[0] == '*') File.SetUnixFileMode(file, File.GetUnixFileMode(file) | UnixFileMode.UserExecute);
        }

        return await app.CreatedAsync();
    }

    private async Task<AppCheckout> CreatedAsync()
    {
        (await Server.GitAsync(Directory, "init", "-q", "-b", "main")).Succeeded();
        await CommitAsync("First");
        (await Server.PaasInAsync(Directory, "create", Name)).Succeeded();
        return this;
    }

    public string PathOf(string relative) => Path.Combine(Directory, relative);

    public void Replace(string file, string old, string @new)
    {
        var text = File.ReadAllText(PathOf(file));
        if (!text.Contains(old, StringComparison.Ordinal)) throw new InvalidOperationException($"{file} has no \"{old}\"");
        File.WriteAllText(PathOf(file), text.Replace(old, @new, StringComparison.Ordinal));
    }

    public async Task CommitAsync(string message)
    {
        (await Server.GitAsync(Directory, "add", "-A")).Succeeded();
        (await Server.GitAsync(Directory, "commit", "-q", "--allow-empty", "-m", message)).Succeeded();
    }

    /// <summary>Commits what is there as if it had been done long ago: what git writes out of it then is older than anything built.</summary>
    public async Task CommitOldAsync(string message)
    {
        (await Server.GitAsync(Directory, "add", "-A")).Succeeded();
        (await Server.GitAsync(Directory, "commit", "-q", "-m", message, "--date=2001-02-03T04:05:06Z")).Succeeded();
        (await Server.GitAsync(Directory, "rebase", "-q", "--committer-date-is-author-date", "--force-rebase", "HEAD~1")).Succeeded();
    }

    public Task<CommandResult> PushAsync(string refspec = "main") => Server.GitAsync(Directory, "push", "paas", refspec);

    /// <summary>Runs the CLI inside the checkout, so that the app is known from its git remote.</summary>
    public Task<CommandResult> PaasAsync(params IReadOnlyList<string> arguments) => Server.PaasInAsync(Directory, arguments);

    public Task<Answer> GetAsync(string path = "/") => Server.Visitor.GetAsync(Host, path);

    public async Task<IReadOnlyList<InstanceDocument>> InstancesAsync()
    {
        var result = (await PaasAsync("ps", "--json")).Succeeded();
        return JsonSerializer.Deserialize(result.Stdout, ApiJsonContext.Default.IReadOnlyListInstanceDocument)!;
    }

    public async Task<InstanceDocument> InstanceAsync(string name) =>
        (await InstancesAsync()).Single(instance => instance.Name == name && instance.Status != InstanceStatus.Stopping);

    public async ValueTask DisposeAsync()
    {
        await Server.PaasAsync("destroy", "-a", Name, "--confirm", Name);
        _directory.Dispose();
    }
}
