namespace Paas.Runtime.CommandLine;

/// <summary><c>--version</c>: the lines Docker reads of runc, and the one by which crun says what it was built to do.</summary>
internal static class VersionText
{
    // Not CRIU, which is a program of its own: "features" tells whether it is there.
    private const string Abilities = "+SYSTEMD +SELINUX +APPARMOR +CAP +SECCOMP +EBPF";

    public static string Text => $"{ProgramName.Value} version {Version}\n{CommitLine}spec: {Verbs.SpecVerb.OciVersion}\n{Abilities}\n";

    /// <summary>This program's version.</summary>
    public static string Version => typeof(VersionText).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    // Built from a tree without git, it knows none.
    private static string CommitLine => BuildCommit.Id.Length > 0 ? $"commit: {BuildCommit.Id}\n" : "";
}
