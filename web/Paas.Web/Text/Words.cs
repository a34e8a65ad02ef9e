using System.Globalization;
using Paas.Contracts.Api;

namespace Paas.Web.Text;

/// <summary>Times and states as a person would say them.</summary>
internal static class Words
{
    public static string Ago(DateTimeOffset at, DateTimeOffset now) => (now - at) switch
    {
        { TotalSeconds: < 5 } => "just now",
        { TotalSeconds: < 60 } age => $"{(int)age.TotalSeconds} s ago",
        { TotalMinutes: < 60 } age => $"{(int)age.TotalMinutes} min ago",
        { TotalHours: < 24 } age => $"{(int)age.TotalHours} h ago",
        { TotalDays: < 30 } age => $"{(int)age.TotalDays} d ago",
        _ => at.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
    };

    public static string Duration(TimeSpan span) => span switch
    {
        { TotalSeconds: < 10 } => $"{span.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s",
        { TotalSeconds: < 90 } => $"{(int)span.TotalSeconds} s",
        { TotalMinutes: < 90 } => $"{(int)span.TotalMinutes} min",
        { TotalHours: < 48 } => $"{(int)span.TotalHours} h",
        _ => $"{(int)span.TotalDays} d",
    };

    public static string Of(AppStatus status) => status switch
    {
        AppStatus.Empty => "never deployed",
        AppStatus.Deploying => "deploying",
        AppStatus.Running => "running",
        AppStatus.Degraded => "degraded",
        _ => "scaled to zero",
    };

    public static string Of(BuildpackAnswer answer) => answer switch
    {
        BuildpackAnswer.TookPart => "takes part",
        BuildpackAnswer.NotNeeded => "fits, not needed",
        BuildpackAnswer.DoesNotFit => "does not fit",
        _ => "failed",
    };

    /// <summary>The colour of a state: <c>good</c>, <c>busy</c>, <c>bad</c> or <c>idle</c>.</summary>
    public static string Tone(AppStatus status) => status switch
    {
        AppStatus.Running => "good",
        AppStatus.Deploying => "busy",
        AppStatus.Degraded => "bad",
        _ => "idle",
    };

    public static string Tone(InstanceStatus status) => status switch
    {
        InstanceStatus.Up => "good",
        InstanceStatus.Starting or InstanceStatus.Stopping => "busy",
        InstanceStatus.Crashed => "bad",
        _ => "idle",
    };

    public static string Tone(BuildStatus status) => status switch
    {
        BuildStatus.Succeeded => "good",
        BuildStatus.Queued or BuildStatus.Running => "busy",
        BuildStatus.Failed => "bad",
        _ => "idle",
    };

    public static string Tone(DeploymentStatus status) => status switch
    {
        DeploymentStatus.Succeeded => "good",
        DeploymentStatus.Failed => "bad",
        DeploymentStatus.Superseded => "idle",
        _ => "busy",
    };

    public static string Lower<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    public static string Short(string? commit) => commit is { Length: > 8 } ? commit[..8] : commit ?? "";
}
