namespace Paas.Cli;

/// <summary>The version of this build.</summary>
internal static class CliVersion
{
    public static string Text { get; } = typeof(CliVersion).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";
}
