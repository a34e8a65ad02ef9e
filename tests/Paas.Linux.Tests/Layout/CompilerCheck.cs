using System.Diagnostics;
using Paas.Testing;

namespace Paas.Linux.Tests.Layout;

/// <summary>Asks the C compiler.</summary>
internal static class CompilerCheck
{
    /// <summary>Fails with the compiler's complaints where a program is not right.</summary>
    public static void Accept(string program, params string[] options) => Run(program, ["-std=gnu11", "-fsyntax-only", .. options]);

    /// <summary>All macros that are defined at a program's end.</summary>
    public static string Macros(string program, params string[] options) => Run(program, ["-E", "-dM", .. options]);

    private static string Run(string program, string[] options)
    {
        using var directory = new TemporaryDirectory();
        var source = directory.Combine("program.c");
        File.WriteAllText(source, program);
        using var gcc = Process.Start(new ProcessStartInfo("gcc", [.. options, source]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var complaints = gcc.StandardError.ReadToEndAsync();
        var output = gcc.StandardOutput.ReadToEnd();
        gcc.WaitForExit();
        return gcc.ExitCode == 0 ? output : throw new Xunit.Sdk.XunitException(complaints.GetAwaiter().GetResult());
    }
}
