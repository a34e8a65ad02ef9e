using Paas.Linux;
using Paas.Linux.Launching;
using Paas.Runtime.Verbs;

namespace Paas.Runtime.Checkpoints;

/// <summary>criu(8), the program that takes the processes of a container apart and puts them together again.</summary>
internal static class CriuProgram
{
    private const string Name = "criu";

    /// <summary>The oldest version that has every option given to it here.</summary>
    private static readonly Version Oldest = new(3, 15);

    /// <summary>The installed version, or null.</summary>
    public static Version? InstalledVersion()
    {
        try
        {
            var (code, output) = HostProgram.Run(Name, ["--version"]);
            const string Field = "Version:";
            var line = code == 0 ? output.Split('\n').FirstOrDefault(text => text.StartsWith(Field, StringComparison.Ordinal)) : null;
            return Version.TryParse(line?[Field.Length..].Trim(), out var version) ? version : null;
        }
        catch (LinuxException)
        {
            return null;
        }
    }

    /// <summary>Whether containers can be checkpointed here.</summary>
    public static bool IsUsable => InstalledVersion() is { } version && version >= Oldest;

    /// <summary>Runs it to its end.</summary>
    /// <param name="what">dump, pre-dump or restore.</param>
    /// <param name="log">The file it writes its log to.</param>
    /// <param name="arguments">What follows the verb and the options of the log.</param>
    /// <param name="place">What else the process is given.</param>
    /// <param name="isService">Whether it learns over a socket what it is to do, and <paramref name="arguments"/> are all it is started with.</param>
    /// <exception cref="RuntimeException">It is not there, too old, or fails; with the cause from its log.</exception>
    public static void Run(string what, string log, IEnumerable<string> arguments, HostProgramPlace? place = null, bool isService = false)
    {
        int code;
        string output;
        try
        {
            (code, output) = HostProgram.Run(Name, isService ? [.. arguments] : [what, "--log-file", log, "-v4", .. arguments], place);
        }
        catch (LinuxException e) when (e.Errno == Errno.ENOENT && e.Path == Name)
        {
            throw new RuntimeException("checkpoint and restore need the program criu, which is not in $PATH: install it (https://criu.org)", e);
        }

        if (code != 0) throw Failure(what, code, log, output);
    }

    /// <summary>What is said of a dump or restore that failed: the cause, and where its log is.</summary>
    public static RuntimeException Failure(string what, int code, string log, string output) =>
        new($"criu failed: type {what} exit status {code}: {Cause(log) ?? output.Trim()}\nlog file: {log}{Hint()}");

    // What criu calls errors and goes on after: a limit it may not raise, and a device that it only looks whether the kernel has.
    private static readonly string[] Passed = ["rlimit:", "tun: Unable to create tun"];

    // The first other error is the cause; those after it are what it leads to.
    private static string? Cause(string log)
    {
        try
        {
            var errors = File.ReadLines(log).Where(
                line => line.Contains("Error (", StringComparison.Ordinal) && !Passed.Any(passed => line.Contains(passed, StringComparison.Ordinal)));
            return errors.FirstOrDefault() is { } first ? first[(first.IndexOf("Error", StringComparison.Ordinal))..] : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static string Hint()
    {
        var version = InstalledVersion();
        if (version is null || version >= new Version(4, 0)) return "";
        var kernel = Files.ReadText("/proc/sys/kernel/osrelease").Trim();
        return $"\ncriu {version} may be too old for Linux {kernel}: version 4 or later knows newer kernels";
    }
}
