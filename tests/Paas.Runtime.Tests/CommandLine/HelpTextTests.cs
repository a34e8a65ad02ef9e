using Paas.Runtime.CommandLine;
using Xunit;

namespace Paas.Runtime.Tests.CommandLine;

public sealed class HelpTextTests
{
    public static TheoryData<string> Verbs => [.. Commands.All.Select(command => command.Name)];

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Each_verb_has_a_help_with_all_its_options(string verb)
    {
        var command = Commands.Find(verb)!;
        var help = HelpText.Of(command);
        Assert.StartsWith($"NAME:\n   paas-runtime {verb}", help);
        Assert.Contains($"\n   paas-runtime {verb}", help);
        foreach (var option in command.Options) Assert.Equal(!option.Hidden, help.Contains($"   --{option.Name}"));
    }

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Names_of_a_verbs_options_are_different(string verb)
    {
        var names = Commands.Find(verb)!.Options.SelectMany(option => option.Short is null ? [option.Name] : (string[])[option.Name, option.Short]).ToList();
        Assert.Equal(names.Count, names.Distinct().Count());
        Assert.DoesNotContain("h", names);
    }

    [Fact]
    public void The_programs_help_names_all_verbs()
    {
        var help = HelpText.Of(Commands.Program);
        foreach (var command in Commands.All) Assert.Contains($"\n   {command.Name} ", help);
    }

    [Fact]
    public void Help_is_asked_for_after_any_verb()
    {
        var reader = new OptionReader(Commands.Kill, ["id", "-h"]);
        Assert.Equal("kill", Assert.Throws<HelpRequested>(() => reader.NextOption()).Command.Name);
        Assert.Equal("", Assert.Throws<HelpRequested>(() => GlobalOptions.Parse(["--help"])).Command.Name);
    }
}
