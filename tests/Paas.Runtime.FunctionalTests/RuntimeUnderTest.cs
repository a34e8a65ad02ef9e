using System.Diagnostics;
using System.Text;
using Paas.Testing;

namespace Paas.Runtime.FunctionalTests;

/// <summary>What a program did.</summary>
public sealed record Outcome(int ExitCode, string Output, string Error)
{
    public Outcome ShouldSucceed() =>
        ExitCode == 0 ? this : throw new Xunit.Sdk.XunitException($"exit code {ExitCode}\n{Output}\n{Error}");
}

/// <summary>
/// The runtime being tested, by its command line alone: <c>RUNTIME</c> names any OCI runtime (the suite itself is checked with
/// runc), otherwise it is ours.
/// </summary>
public static class RuntimeUnderTest
{
    private static readonly string? Foreign = Environment.GetEnvironmentVariable("RUNTIME");

    public static bool IsOurs => string.IsNullOrEmpty(Foreign);

    public static string Program => IsOurs ? Programs.Runtime : Foreign!;

    /// <summary>Runs the runtime with a state directory and waits.</summary>
    public static Outcome Run(string root, params string[] arguments) => Execute(Program, ["--root", root, .. arguments]);

    /// <summary>Starts the runtime and leaves it running.</summary>
    public static Process Start(string root, params string[] arguments) => Launch(Program, ["--root", root, .. arguments]);

    /// <summary>Starts any program and leaves it running.</summary>
    public static Process StartHost(string program, params string[] arguments) => Launch(program, arguments);

    /// <summary>Runs any program and waits, for two minutes unless <see cref="Patience"/> says longer.</summary>
    public static Outcome Execute(string program, params string[] arguments)
    {
        using var process = Launch(program, arguments);
        var (output, error) = (new StringBuilder(), new StringBuilder());
        process.OutputDataReceived += (_, line) => Append(output, line.Data);
        process.ErrorDataReceived += (_, line) => Append(error, line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        if (!process.WaitForExit(Patience.OfSeconds(120)))
        {
            process.Kill();
            throw new TimeoutException($"{program} {string.Join(' ', arguments)} hangs\n{output}\n{error}");
        }

        process.WaitForExit();
        return new Outcome(process.ExitCode, output.ToString(), error.ToString());
    }

    private static void Append(StringBuilder text, string? line)
    {
        if (line is null) return;
        lock (text) text.Append(line).Append('\n');
    }

    private static Process Launch(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program)
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }
}

/// <summary>A test of what only our runtime does, or does better than the oldest one the suite is checked with.</summary>
public sealed class OwnRootFactAttribute : Xunit.FactAttribute
{
    public OwnRootFactAttribute()
    {
        if (!Environment.IsPrivilegedProcess) Skip = "needs root; ./tests/run runs it";
        else if (!RuntimeUnderTest.IsOurs) Skip = "of paas-runtime only";
    }
}

/// <summary>As <see cref="OwnRootFactAttribute"/>, with data.</summary>
public sealed class OwnRootTheoryAttribute : Xunit.TheoryAttribute
{
    public OwnRootTheoryAttribute() => Skip = new OwnRootFactAttribute().Skip;
}

/// <summary>
/// A test that older peers fail, which is why there is the test: with one of them it is skipped and says what is wrong there.
/// <c>RUNTIME_IS_NEW=1</c> runs it with any.
/// </summary>
public sealed class OlderRuntimesFailFactAttribute : Xunit.FactAttribute
{
    public OlderRuntimesFailFactAttribute(string failure) => Skip = OlderRuntimes.Reason(failure);
}

/// <summary>As <see cref="OlderRuntimesFailFactAttribute"/>, with data.</summary>
public sealed class OlderRuntimesFailTheoryAttribute : Xunit.TheoryAttribute
{
    public OlderRuntimesFailTheoryAttribute(string failure) => Skip = OlderRuntimes.Reason(failure);
}

internal static class OlderRuntimes
{
    public static string? Reason(string failure)
    {
        if (!Environment.IsPrivilegedProcess) return "needs root; ./tests/run runs it";
        return RuntimeUnderTest.IsOurs || Environment.GetEnvironmentVariable("RUNTIME_IS_NEW") == "1" ? null : failure;
    }
}
