using Paas.Cli.CommandLine;
using Paas.Cli.Images;
using Paas.Cli.Ssh;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;

namespace Paas.Cli.Commands;

internal sealed class BuildCommand : Command
{
    private static readonly Option Tag = new("--tag", 't', "NAME", "what the image is called afterwards; may be repeated") { Repeats = true };
    private static readonly Option Dockerfile = new("--file", 'f', "PATH", "the Dockerfile (DIRECTORY/Dockerfile)");
    private static readonly Option BuildArg = new("--build-arg", null, "NAME=VALUE", "a value for ARG; NAME alone takes this environment's; may be repeated") { Repeats = true };
    private static readonly Option Target = new("--target", null, "STAGE", "build only what this stage needs");
    private static readonly Option Secret = new("--secret", null, "id=ID[,src=FILE|,env=NAME]", "a secret for RUN --mount=type=secret; may be repeated") { Repeats = true };
    private static readonly Option Ssh = new("--ssh", null, "ID[=SOCKET|=KEY,KEY]", "lends an agent to RUN --mount=type=ssh: this session's (default), or one with these keys; they stay here; may be repeated") { Repeats = true };
    private static readonly Option Allow = new("--allow", null, "network.host", "lets RUN --network=host into the server's own network") { Repeats = true };
    private static readonly Option Label = new("--label", null, "NAME=VALUE", "a label; may be repeated") { Repeats = true };
    private static readonly Option Platform = new("--platform", null, "OS/ARCH", "what to build for");
    private static readonly Option NoCache = new("--no-cache", null, null, "do every step anew");
    private static readonly Option Pull = new("--pull", null, null, "look for newer base images");
    private static readonly Option Quiet = new("--quiet", 'q', null, "print the digest only");
    private static readonly Option Progress = new("--progress", null, "KIND", "plain: the only kind there is");

    public override string Name => "build";

    public override string Summary => "build a Dockerfile on the platform, for no app";

    public override string Words => "DIRECTORY";

    public override (int Least, int Most) WordCount => (1, 1);

    public override bool OfApp => false;

    public override IReadOnlyList<Option> Options => [Tag, Dockerfile, BuildArg, Target, Secret, Ssh, Allow, Label, Platform, NoCache, Pull, Quiet, Progress];

    public override string Details => """
        Sends the directory, without what .dockerignore names, prints the steps as they are done, and last the image's digest. An app
        with a Dockerfile needs none of this: git push builds it.
        """;

    public override IReadOnlyList<string> Examples => ["paas build .", "paas build -t tools:1 -f docker/Dockerfile --build-arg VERSION=3 .", "paas build --secret id=token,env=TOKEN .", "paas build --ssh default ."];

    public override async Task<int> RunAsync(Invocation call)
    {
        var directory = Path.GetFullPath(call.FirstWord!);
        if (!Directory.Exists(directory)) throw new UsageException($"there is no directory {call.FirstWord}", "Name the one with the files to build, e.g. paas build .");
        if (call.Line.Value(Progress) is { } progress and not ("plain" or "auto")) throw new UsageException($"there is no progress of kind {progress}", "Leave --progress out, or say plain.");
        var dockerfile = PathWithin(directory, call.Line.Value(Dockerfile));
        await using var agents = await AgentForwarding.OpenAsync(call.Line.Values(Ssh), call.Cancelled);
        var request = new ImageBuildRequest(
            call.Line.Values(Tag), dockerfile, call.Line.Value(Target), call.Line.Value(Platform),
            Pairs(call.Line.Values(BuildArg), Environment.GetEnvironmentVariable), Pairs(call.Line.Values(Label), _ => ""), Secrets(call.Line.Values(Secret)),
            call.Line.Has(NoCache), call.Line.Has(Pull), agents.Ids, call.Line.Values(Allow));
        await using var context = ContextArchive.Open(directory, dockerfile, call.Cancelled);
        await foreach (var step in call.Client.BuildImageAsync(request, context, call.Cancelled))
        {
            // Beside each other: an agent may ask its user first.
            if (step.Agent is { } message) _ = agents.PassOnAsync(message, call.Client, call.Cancelled);
            if (step.Line is { } line && !call.Line.Has(Quiet)) call.Terminal.Note(line);
            if (step.Image is not { } image) continue;
            call.Terminal.Line(image);
            return 0;
        }

        throw new PaasException(ErrorCode.Unavailable, "The connection broke before the build ended", "Again; what was done is not done again.");
    }

    private static string PathWithin(string directory, string? file)
    {
        var full = file is null ? Path.Combine(directory, "Dockerfile") : Path.GetFullPath(file);
        var relative = Path.GetRelativePath(directory, full);
        if (!File.Exists(full)) throw new UsageException($"there is no file {file ?? full}", "Name the Dockerfile with -f.");
        return relative.StartsWith("..", StringComparison.Ordinal) ? throw new UsageException($"{file} is not in {directory}", "The Dockerfile has to be in the directory that is built.") : relative;
    }

    private static Dictionary<string, string> Pairs(IReadOnlyList<string> words, Func<string, string?> otherwise)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var word in words)
        {
            var equals = word.IndexOf('=', StringComparison.Ordinal);
            if ((equals < 0 ? otherwise(word) : word[(equals + 1)..]) is { } value) pairs[equals < 0 ? word : word[..equals]] = value;
        }

        return pairs;
    }

    internal static Dictionary<string, string> Secrets(IReadOnlyList<string> words)
    {
        var secrets = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var word in words)
        {
            var fields = Pairs(word.Split(','), _ => null);
            if (!fields.TryGetValue("id", out var id)) throw new UsageException($"the secret '{word}' has no id", "Write it like id=token,src=token.txt or id=token,env=TOKEN.");
            var file = fields.GetValueOrDefault("src") ?? fields.GetValueOrDefault("source");
            var variable = fields.GetValueOrDefault("env") ?? (file is null ? id : null);
            if (file is not null && !File.Exists(file)) throw new UsageException($"there is no file {file} for the secret {id}");
            var content = file is not null ? File.ReadAllBytes(file)
                : Environment.GetEnvironmentVariable(variable!) is { } value ? System.Text.Encoding.UTF8.GetBytes(value)
                : throw new UsageException($"the variable {variable} for the secret {id} is not set");
            secrets[id] = Convert.ToBase64String(content);
        }

        return secrets;
    }
}
