using Paas.Cli.CommandLine;

namespace Paas.Cli.Commands;

internal sealed class BuilderSetCommand : Command
{
    private static readonly string[] Properties = ["selected", "dockerfile-path", "build-dir"];

    public override string Name => "builder:set";

    public override string Summary => "say how the app's source becomes an image";

    public override string Words => "[APP] selected|dockerfile-path|build-dir [VALUE]";

    public override (int Least, int Most) WordCount => (1, 3);

    public override string Details => """
        selected is dockerfile or buildpacks; without a value the source decides: buildpacks that recognise it go before a Dockerfile.
        dockerfile-path names the Dockerfile within what is built. build-dir is a directory of the source that is built as if it were all
        of it, with its own Procfile and app.json: for repositories with several apps. They count from the next build on.
        """;

    public override IReadOnlyList<string> Examples => ["paas builder:set selected dockerfile", "paas builder:set dockerfile-path docker/Dockerfile", "paas builder:set shop build-dir apps/shop", "paas builder:set selected"];

    public override async Task<int> RunAsync(Invocation call)
    {
        var isNamed = call.Words.Count == 3 || (call.Words.Count == 2 && Properties.Contains(call.Words[1]) && !Properties.Contains(call.Words[0]));
        var app = isNamed ? call.Words[0] : call.App;
        var rest = call.Words.Skip(isNamed ? 1 : 0).ToList();
        var value = rest.Count > 1 ? rest[1] : null;
        var before = await call.Client.GetBuilderAsync(app, call.Cancelled);
        var after = rest[0] switch
        {
            "selected" => before with { Selected = value },
            "dockerfile-path" => before with { DockerfilePath = value },
            "build-dir" => before with { BuildDir = value?.Trim('/') is { Length: > 0 } directory ? directory : null },
            var other => throw new UsageException($"a builder has no property {other}", $"Its properties are {string.Join(", ", Properties)}."),
        };
        await call.Client.SetBuilderAsync(app, after, call.Cancelled);
        call.Terminal.Note($"{app}: {rest[0]} is {value ?? (rest[0] == "build-dir" ? "the whole source" : "decided by the source")}, from the next build on");
        return 0;
    }
}
