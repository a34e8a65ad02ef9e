using Paas.Build.Dockerfiles;
using Paas.Build.Dockerfiles.Checks;
using Paas.Build.Dockerfiles.Instructions;

namespace Paas.Build.Tests.Dockerfiles.Instructions;

public sealed class DockerfileTests
{
    [Fact]
    public void Stages_and_what_stands_before_them_are_told_apart()
    {
        var file = Dockerfile.Parse("ARG v=1 w\nFROM a:$v AS Build\nRUN x\nFROM --platform=$BUILDPLATFORM build\nCOPY --from=0 --chown=a:b --link a b c/\n");
        Assert.Equal([new ArgDefinition("v", "1"), new ArgDefinition("w", null)], Assert.Single(file.GlobalArgs).Definitions);
        Assert.Equal(["build", "stage-1"], file.Stages.Select(stage => stage.Title));
        Assert.Equal("$BUILDPLATFORM", file.Stages[1].Platform);
        var copy = Assert.IsType<CopyInstruction>(Assert.Single(file.Stages[1].Instructions));
        Assert.Equal(("0", "a:b", true, "c/"), (copy.Flags.From, copy.Flags.Owner, copy.Flags.Link, copy.Destination));
        Assert.Equal(["a", "b"], copy.Sources);
        Assert.Same(file.Stages[0], file.FindStage("BUILD", 1));
        Assert.Null(file.FindStage("1", 1));
    }

    [Theory]
    [InlineData("RUN x", 1, "no build stage in current context")]
    [InlineData("ARG a", 0, "dockerfile contains no stages to build")]
    [InlineData("FROM a b", 1, "FROM requires either one or three arguments")]
    [InlineData("FROM a AS 1x", 1, "invalid name for build stage: \"1x\", name can't start with a number or contain symbols")]
    [InlineData("FROM a\nRNU x", 2, "unknown instruction: RNU (did you mean RUN?)")]
    [InlineData("FROM a\nxyzzy x", 2, "unknown instruction: xyzzy")]
    [InlineData("FROM a\nCOPY a", 2, "COPY requires at least two arguments")]
    [InlineData("FROM a\nCOPY --fro=x a b", 2, "unknown flag: --fro (did you mean from?)")]
    [InlineData("FROM a\nCOPY --from a b", 2, "missing a value on flag: from")]
    [InlineData("FROM a\nCOPY --from=x --from=y a b", 2, "duplicate flag specified: from")]
    [InlineData("FROM a\nCOPY --link=maybe a b", 2, "expecting boolean value for flag link, not: maybe")]
    [InlineData("FROM a\nENV =x", 2, "ENV names can not be blank")]
    [InlineData("FROM a\nHEALTHCHECK CMD", 2, "HEALTHCHECK missing command after HEALTHCHECK CMD")]
    [InlineData("FROM a\nHEALTHCHECK x y", 2, "HEALTHCHECK unknown type \"x\"")]
    [InlineData("FROM a\nHEALTHCHECK NONE x", 2, "HEALTHCHECK NONE takes no arguments")]
    [InlineData("FROM a\nHEALTHCHECK --interval=1x CMD y", 2, "invalid duration for --interval: 1x")]
    [InlineData("FROM a\nHEALTHCHECK --interval=1us CMD y", 2, "interval \"interval\" cannot be less than 1ms")]
    [InlineData("FROM a\nHEALTHCHECK --retries=-1 CMD y", 2, "HEALTHCHECK --retries cannot be -1")]
    [InlineData("FROM a\nONBUILD FROM b", 2, "FROM isn't allowed as an ONBUILD trigger")]
    [InlineData("FROM a\nONBUILD ONBUILD RUN b", 2, "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed")]
    [InlineData("FROM a\nONBUILD RUM b", 2, "unknown instruction: RUM (did you mean RUN?)")]
    [InlineData("FROM a\nSHELL bash", 2, "SHELL requires the arguments to be in JSON form")]
    [InlineData("FROM a\nWORKDIR", 2, "WORKDIR requires exactly one argument")]
    [InlineData("FROM a\nVOLUME [\"\"]", 2, "VOLUME specified can not be an empty string")]
    [InlineData("FROM a\nRUN --network=x y", 2, "RUN network mode \"x\" is none of default, none and host")]
    public void What_no_builder_could_do_is_refused_with_its_line(string text, int line, string message)
    {
        var error = Assert.Throws<DockerfileException>(() => Dockerfile.Parse(text));
        Assert.Equal((line, message), (error.Line, error.Message));
    }

    [Fact]
    public void A_health_check_has_its_times_in_nanoseconds()
    {
        var check = Parse<HealthcheckInstruction>("HEALTHCHECK --interval=1m30s --timeout=.5s --start-period=2h --start-interval=1ms --retries=3 CMD curl x");
        Assert.Equal((90_000_000_000, 500_000_000, 7_200_000_000_000, 1_000_000, 3), (check.Interval, check.Timeout, check.StartPeriod, check.StartInterval, check.Retries));
        Assert.Equal(["CMD-SHELL", "curl x"], check.Test);
        Assert.Equal(["CMD", "a"], Parse<HealthcheckInstruction>("healthcheck cmd [\"a\"]").Test);
    }

    [Theory]
    [InlineData("FROM a AS B", nameof(CheckRule.StageNameCasing))]
    [InlineData("FROM a as b", nameof(CheckRule.FromAsCasing))]
    [InlineData("FROM a\nRUN b\nrun c", nameof(CheckRule.ConsistentInstructionCasing))]
    [InlineData("FROM a AS b\nFROM a AS b", nameof(CheckRule.DuplicateStageName))]
    [InlineData("FROM a AS scratch", nameof(CheckRule.ReservedStageName))]
    [InlineData("FROM a\nCMD b", nameof(CheckRule.JSONArgsRecommended))]
    [InlineData("FROM a\nCMD b\nSHELL [\"bash\", \"-c\"]", nameof(CheckRule.JSONArgsRecommended))]
    [InlineData("FROM a\nMAINTAINER b", nameof(CheckRule.MaintainerDeprecated))]
    [InlineData("FROM --platform=linux/amd64 a", nameof(CheckRule.FromPlatformFlagConstDisallowed))]
    [InlineData("FROM --platform=$TARGETPLATFORM a", nameof(CheckRule.RedundantTargetPlatform))]
    [InlineData("FROM a\nENV b c", nameof(CheckRule.LegacyKeyValueFormat))]
    [InlineData("FROM a\nENTRYPOINT [\"b\"]\nENTRYPOINT [\"c\"]", nameof(CheckRule.MultipleInstructionsDisallowed))]
    [InlineData("FROM a\nARG AWS_SECRET", nameof(CheckRule.SecretsUsedInArgOrEnv))]
    [InlineData("FROM a\n# wrong\nARG b", nameof(CheckRule.InvalidDefinitionDescription))]
    public void What_is_likely_wrong_is_found_by_its_rule(string text, string rule) =>
        Assert.Equal(rule, Assert.Single(Dockerfile.Parse(text).Warnings).Rule.ToString());

    [Theory]
    [InlineData("FROM a AS b\nRUN c\nCMD [\"d\"]")]
    [InlineData("from a as b\nrun c")]
    [InlineData("FROM a\nSHELL [\"bash\", \"-c\"]\nCMD b")]
    [InlineData("FROM a\nENV PUBLIC_KEY=b")]
    [InlineData("FROM a\n# b is for c\nARG b")]
    [InlineData("FROM a\n# c is for d\nARG b c")]
    [InlineData("FROM --platform=linux/arm64 a AS for-arm64")]
    [InlineData("FROM a AS b\nSHELL [\"bash\", \"-c\"]\nFROM b\nCMD c")]
    [InlineData("arg a\nFROM a")]
    public void What_is_right_is_not_warned_of(string text) => Assert.Empty(Dockerfile.Parse(text).Warnings);

    [Fact]
    public void A_file_says_which_checks_count()
    {
        var settings = CheckSettings.Parse("skip=StageNameCasing,FromAsCasing;error=true");
        Assert.True(settings.FailsBuild);
        Assert.False(settings.Counts(CheckRule.FromAsCasing));
        Assert.True(settings.Counts(CheckRule.UndefinedVar));
        Assert.False(settings.Counts(CheckRule.InvalidDefinitionDescription));
        Assert.True(CheckSettings.Parse("experimental=all").Counts(CheckRule.InvalidDefinitionDescription));
        Assert.False(CheckSettings.Parse("skip=all").Counts(CheckRule.UndefinedVar));
    }

    private static T Parse<T>(string line)
        where T : Instruction => Assert.IsType<T>(Assert.Single(Dockerfile.Parse($"FROM a\n{line}").Stages[0].Instructions));
}
