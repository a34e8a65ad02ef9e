using Paas.Cli.CommandLine;
using Paas.Cli.Output;
using Paas.Contracts.Api;

namespace Paas.Cli.Commands;

internal sealed class GitFromArchiveCommand : Command
{
    private static readonly Option Type = new("--archive-type", null, "TYPE", "tar, tar.gz or zip; else it is found out");

    public override string Name => "git:from-archive";

    public override string Summary => "build and release the files of an archive";

    public override string Words => "[APP] URL|-";

    public override (int Least, int Most) WordCount => (0, 2);

    public override IReadOnlyList<Option> Options => [Type];

    public override string Details => """
        The platform fetches URL itself; -, and -- as in Dokku, read the archive from standard input. A directory that is alone at the
        archive's top is left out. Archives that reach out of themselves, with .., absolute paths, links or devices, are refused.
        """;

    public override IReadOnlyList<string> Examples => ["paas git:from-archive hello https://example.com/hello.tar.gz", "tar -cz . | paas git:from-archive hello --"];

    public override async Task<int> RunAsync(Invocation call)
    {
        var words = call.Words.ToList();
        var url = words is [.., var last] && (last == InputFile.StandardInputName || last.Contains("://", StringComparison.Ordinal)) ? last : null;
        if (url is not null) words.RemoveAt(words.Count - 1);
        if (words.Count > 1) throw new UsageException($"{words[1]} is no address", "Write it like https://example.com/app.tar.gz, or send a file: paas git:from-archive APP - < FILE");
        var app = words.Count > 0 ? words[0] : call.App;
        if (url == InputFile.StandardInputName) url = null;
        await using var body = url is null ? StandardInput.Open() : Stream.Null;
        return await BuildOutput.ShowAsync(call.Terminal, app, call.Client.DeployArchiveAsync(app, new ArchiveSource(call.Line.Value(Type), url), body, call.Cancelled));
    }
}
