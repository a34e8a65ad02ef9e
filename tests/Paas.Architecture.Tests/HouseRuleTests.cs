using System.Text.RegularExpressions;
using Paas.Testing;

namespace Paas.Architecture.Tests;

/// <summary>House rules that a machine can check.</summary>
public sealed partial class HouseRuleTests
{
    private const int LongestFile = 450;

    private static IEnumerable<string> Sources { get; } =
        new[] { "src", "web", "tests", "bench" }
            .Select(folder => Path.Combine(Repository.Root, folder))
            .Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories))
            .Where(path => !path.Contains("/obj/", StringComparison.Ordinal) && !path.Contains("/bin/", StringComparison.Ordinal))
            .ToList();

    [Fact]
    public void Files_stay_short_enough_to_read()
    {
        var tooLong = Sources.Select(path => (path, lines: File.ReadLines(path).Count())).Where(file => file.lines > LongestFile);
        Assert.Empty(tooLong.Select(file => $"{Path.GetRelativePath(Repository.Root, file.path)}: {file.lines} lines"));
    }

    [Fact]
    public void Types_are_named_for_what_they_are()
    {
        var vague = Sources.SelectMany(path => VagueType().Matches(File.ReadAllText(path)).Select(match => $"{Path.GetFileName(path)}: {match.Value}"));
        Assert.Empty(vague);
    }

    [Fact]
    public void Nothing_is_left_for_later()
    {
        var left = Sources.Where(path => !path.EndsWith("HouseRuleTests.cs", StringComparison.Ordinal))
            .SelectMany(path => File.ReadLines(path).Select((line, i) => (path, line, number: i + 1)))
            .Where(l => LeftForLater().IsMatch(l.line))
            .Select(l => $"{Path.GetRelativePath(Repository.Root, l.path)}:{l.number}");
        Assert.Empty(left);
    }

    // A credential helper is what git calls it (gitcredentials(7)).
    [GeneratedRegex(@"\b(class|struct|record|interface)\s+\w*(Manager|(?<!Credential)Helper|Helpers|Utils|Util)\b")]
    private static partial Regex VagueType();

    [GeneratedRegex(@"\bTODO\b|\bFIXME\b|new NotImplementedException")]
    private static partial Regex LeftForLater();
}
