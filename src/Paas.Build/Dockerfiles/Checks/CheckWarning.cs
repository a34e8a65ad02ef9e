namespace Paas.Build.Dockerfiles.Checks;

/// <summary>Something in a Dockerfile that builds, but likely not what was meant.</summary>
/// <param name="Rule">Which check found it.</param>
/// <param name="Message">One sentence, in BuildKit's words.</param>
/// <param name="Line">First line of the place, counted from 1.</param>
/// <param name="EndLine">Last line of the place.</param>
internal sealed record CheckWarning(CheckRule Rule, string Message, int Line, int EndLine);

/// <summary>The checks, by the names that BuildKit's documentation and <c># check=skip=</c> use.</summary>
internal enum CheckRule
{
    /// <summary>A stage's name has upper-case letters, which nothing can refer to.</summary>
    StageNameCasing,

    /// <summary><c>FROM</c> and <c>as</c> are not written alike.</summary>
    FromAsCasing,

    /// <summary>An empty line within a continued instruction.</summary>
    NoEmptyContinuation,

    /// <summary>Instructions are written in upper and lower case.</summary>
    ConsistentInstructionCasing,

    /// <summary>Two stages have one name.</summary>
    DuplicateStageName,

    /// <summary>A stage is called <c>scratch</c> or <c>context</c>.</summary>
    ReservedStageName,

    /// <summary>A command is run by a shell, which passes no signals on.</summary>
    JSONArgsRecommended,

    /// <summary><c>MAINTAINER</c> is a label today.</summary>
    MaintainerDeprecated,

    /// <summary>A variable that nothing has set.</summary>
    UndefinedVar,

    /// <summary>A variable in <c>FROM</c> without an <c>ARG</c> before the first <c>FROM</c>.</summary>
    UndefinedArgInFrom,

    /// <summary>A relative <c>WORKDIR</c> depends on the base image's.</summary>
    WorkdirRelativePath,

    /// <summary>Without a build argument the base image has no valid name.</summary>
    InvalidDefaultArgInFrom,

    /// <summary>A platform written into <c>FROM</c>.</summary>
    FromPlatformFlagConstDisallowed,

    /// <summary>A source that <c>.dockerignore</c> takes away.</summary>
    CopyIgnoredFile,

    /// <summary><c>ENV name value</c> for <c>ENV name=value</c>.</summary>
    LegacyKeyValueFormat,

    /// <summary>Of several instructions of a kind only the last one counts.</summary>
    MultipleInstructionsDisallowed,

    /// <summary>A variable whose name is that of a secret.</summary>
    SecretsUsedInArgOrEnv,

    /// <summary><c>--platform=$TARGETPLATFORM</c> is what is done without it.</summary>
    RedundantTargetPlatform,

    /// <summary>A comment above <c>FROM</c> or <c>ARG</c> that does not begin with its name; only on request.</summary>
    InvalidDefinitionDescription,

    /// <summary><c>EXPOSE</c> with an address or a port of the host.</summary>
    ExposeInvalidFormat,

    /// <summary>A protocol in upper case.</summary>
    ExposeProtoCasing,
}
