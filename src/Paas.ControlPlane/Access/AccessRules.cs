using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Store;

namespace Paas.ControlPlane.Access;

/// <summary>
/// The one place that decides what somebody may do, for the API, the dashboard, git and the registry alike. docs/decisions/0028.
/// </summary>
public sealed class AccessRules(AccessStore access, TokenStore tokens)
{
    /// <summary>Whether somebody may do something now.</summary>
    /// <param name="subject">Who.</param>
    /// <param name="action">What.</param>
    /// <param name="app">With which app; null where it is about none. It need not exist.</param>
    public bool Can(Subject subject, AccessAction action, string? app) =>
        Allows(subject, subject.IsAdministrator || app is null ? null : access.RoleOf(app, subject.User), action, app);

    /// <summary>AppNotFound or Forbidden, with what would be needed, where somebody may not do something.</summary>
    public void Require(Subject subject, AccessAction action, string? app)
    {
        if (Can(subject, action, app)) return;
        if (app is not null && !access.HasApp(app)) throw AppStore.NotFound(app);
        throw Refusal(subject, action, app);
    }

    /// <summary>The apps of these that somebody may see.</summary>
    /// <param name="subject">Who.</param>
    /// <param name="items">Anything about apps.</param>
    /// <param name="app">The app that an item is about; what is about none is for who operates the platform.</param>
    public IReadOnlyList<T> Visible<T>(Subject subject, IEnumerable<T> items, Func<T, string?> app)
    {
        var roles = subject.IsAdministrator ? new Dictionary<string, AccessRole>() : access.RolesOf(subject.User);
        return [.. items.Where(item => app(item) is { } name
            ? Allows(subject, roles.TryGetValue(name, out var role) ? role : null, AccessAction.See, name)
            : Allows(subject, null, AccessAction.Operate, null))];
    }

    /// <summary>Who goes by this name now; Unauthenticated where that is nobody any more.</summary>
    public Subject SubjectOf(string name) => tokens.Find(name) ?? throw new PaasException(ErrorCode.Unauthenticated, $"The token '{name}' has been taken away or has expired");

    /// <summary>The decision itself: the person has to have the right, and the token must not have been narrowed to less.</summary>
    /// <param name="subject">Who.</param>
    /// <param name="granted">The person's role with the app; null for none.</param>
    /// <param name="action">What.</param>
    /// <param name="app">With which app; null where it is about none.</param>
    internal static bool Allows(Subject subject, AccessRole? granted, AccessAction action, string? app)
    {
        if (subject.App is { } only && (app is not null ? app != only : action != AccessAction.Identify)) return false;
        return action switch
        {
            AccessAction.Identify => true,
            AccessAction.CreateApp => subject.Scope >= AccessRole.Deploy,
            AccessAction.Operate => subject is { IsAdministrator: true, Scope: AccessRole.Admin },
            _ => app is not null && RoleFor(action) is var role && subject.Scope >= role && (subject.IsAdministrator || granted >= role),
        };
    }

    private static AccessRole RoleFor(AccessAction action) => action switch
    {
        AccessAction.See => AccessRole.Read,
        AccessAction.Deploy => AccessRole.Deploy,
        _ => AccessRole.Admin,
    };

    private static PaasException Refusal(Subject subject, AccessAction action, string? app)
    {
        if (subject.App is { } only && app != only)
            return new(ErrorCode.Forbidden, $"The token '{subject.Name}' is good for {only} alone", "Log in with another: paas login");
        if (app is null)
        {
            return subject.IsAdministrator || action == AccessAction.CreateApp
                ? new(ErrorCode.Forbidden, $"The token '{subject.Name}' was made for less ({Word(subject.Scope)})", "Log in with another: paas login")
                : new(ErrorCode.Forbidden, $"That is for administrators of the platform, and {subject.User} is none");
        }

        var role = RoleFor(action);
        return subject.Scope < role
            ? new(ErrorCode.Forbidden, $"The token '{subject.Name}' was made for less ({Word(subject.Scope)}); this takes {Word(role)}", "Log in with another: paas login")
            : new(ErrorCode.Forbidden, $"{subject.User} may not do that with {app}: it takes the role {Word(role)}", $"Its administrators give it: paas access:add {subject.User} -a {app} --role {Word(role)}");
    }

    private static string Word(AccessRole role) => role.ToString().ToLowerInvariant();
}
