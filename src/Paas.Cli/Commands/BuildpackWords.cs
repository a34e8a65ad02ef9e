using System.Globalization;
using Paas.Cli.CommandLine;
using Paas.Contracts.Api;

namespace Paas.Cli.Commands;

/// <summary>The words of <c>buildpacks:set|add|remove</c>: an app, which may be left out, and buildpacks.</summary>
/// <param name="App">The app.</param>
/// <param name="Buildpacks">The others.</param>
internal sealed record BuildpackWords(string App, IReadOnlyList<string> Buildpacks)
{
    public static Option Index { get; } = new("--index", 'i', "N", "the place in the list, from 1");

    /// <summary>What the words mean: the first is an app where it cannot be a buildpack.</summary>
    /// <exception cref="UsageException">There is no buildpack among them, and one is needed.</exception>
    public static async Task<BuildpackWords> ReadAsync(Invocation call, bool needsBuildpack)
    {
        var words = call.Words;
        var isNamed = call.Line.Has(Option.App);
        var takesApp = !isNamed && words.Count > (needsBuildpack ? 1 : 0) && !await IsBuildpackAsync(call, words[0]);
        var buildpacks = words.Skip(takesApp ? 1 : 0).ToList();
        if (needsBuildpack && buildpacks.Count == 0) throw new UsageException("Which buildpack?", "Name it by its id or its address. Those of the server: paas buildpacks --installed");
        return new BuildpackWords(takesApp ? words[0] : call.App, buildpacks);
    }

    /// <summary>The index that was given, from 0; null where none was.</summary>
    /// <exception cref="UsageException">It is no place in the list.</exception>
    public static int? IndexOf(Invocation call, int most)
    {
        if (call.Line.Value(Index) is not { } text) return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index >= 1 && index <= most
            ? index - 1
            : throw new UsageException($"'{text}' is no place in the list", most == 0 ? "The app has no buildpacks set." : $"It has places 1 to {most}.");
    }

    /// <summary>Sets them, and says what is next.</summary>
    public static async Task SetAsync(Invocation call, string app, IReadOnlyList<string> buildpacks, string done)
    {
        var set = await call.Client.SetBuildpacksAsync(app, new BuildpacksDocument(buildpacks), call.Cancelled);
        if (set.Buildpacks.Count == 0)
        {
            call.Terminal.Note($"{done}. The next build of {app} finds out by the source.");
            return;
        }

        call.Terminal.Note($"{done}. The next build of {app} uses:");
        foreach (var (place, buildpack) in set.Buildpacks.Index()) call.Terminal.Note($"  {place + 1}. {buildpack}");
        call.Terminal.Next("Next: git push paas main");
    }

    private static async Task<bool> IsBuildpackAsync(Invocation call, string word) =>
        word.AsSpan().IndexOfAny('/', ':', '@') >= 0 || word[0] == '.'
        || (await call.Client.ListInstalledBuildpacksAsync(call.Cancelled)).Any(one => one.Id.EndsWith("/" + word, StringComparison.OrdinalIgnoreCase));
}
