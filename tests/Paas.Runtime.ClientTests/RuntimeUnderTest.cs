using Paas.Testing;

namespace Paas.Runtime.ClientTests;

/// <summary>The runtime that the engines are given: the one <c>RUNTIME</c> names (the suite itself is checked with runc), otherwise ours.</summary>
public static class RuntimeUnderTest
{
    private static readonly string? Foreign = Environment.GetEnvironmentVariable("RUNTIME");

    public static bool IsOurs => string.IsNullOrEmpty(Foreign);

    public static string Program => IsOurs ? Programs.Runtime : Path.GetFullPath(Foreign!);
}
