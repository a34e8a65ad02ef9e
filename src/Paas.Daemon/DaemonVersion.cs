namespace Paas.Daemon;

/// <summary>The version of this build.</summary>
internal static class DaemonVersion
{
    public static string Text { get; } = typeof(DaemonVersion).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";
}
