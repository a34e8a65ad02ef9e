using Paas.Cli.CommandLine;

namespace Paas.Cli.Commands;

/// <summary>A command about one app or, with <c>--all</c>, about many.</summary>
/// <param name="all">What <c>--all</c> means, for the help.</param>
internal abstract class AppOrAllCommand(string all) : Command
{
    private readonly Option _everyApp = new("--all", null, null, all);

    public sealed override string Words => "[APP]";

    public sealed override (int Least, int Most) WordCount => (0, 1);

    public sealed override IReadOnlyList<Option> Options => [_everyApp];

    public sealed override Task<int> RunAsync(Invocation call)
    {
        if (!call.Line.Has(_everyApp)) return OneAsync(call, call.FirstWord ?? call.App);
        return call.FirstWord is null && call.Line.Value(Option.App) is null ? AllAsync(call) : throw new UsageException("Either --all, or an app");
    }

    protected abstract Task<int> OneAsync(Invocation call, string app);

    protected abstract Task<int> AllAsync(Invocation call);
}
