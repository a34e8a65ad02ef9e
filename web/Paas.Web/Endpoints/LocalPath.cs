namespace Paas.Web.Endpoints;

/// <summary>Where a form may lead: only to a page of this site. The one guard against a form that sends people elsewhere.</summary>
public static class LocalPath
{
    /// <summary>The path, or <c>/</c> for anything that is not a path on this site.</summary>
    public static string Of(string? target) =>
        target is ['/', ..] and not ['/', '/' or '\\', ..] && !target.Any(char.IsControl) ? target : "/";
}
