namespace Paas.Cli.CommandLine;

/// <summary>What Heroku and Dokku call things that have another name here. Only what truly does the same is in it.</summary>
internal static class ForeignName
{
    private static readonly Dictionary<string, string> Here = new()
    {
        ["info"] = "ps",
        ["apps:info"] = "ps",
        ["apps:report"] = "ps",
        ["ps:report"] = "ps",
        ["ps:list"] = "ps",
        ["ps:stop"] = "scale TYPE=0",
        ["ps:start"] = "scale TYPE=1",
        ["dyno:scale"] = "scale",
        ["dyno:restart"] = "restart",
        ["ps:exec"] = "enter",
        ["run:inside"] = "enter",
        ["config:add"] = "config:set",
        ["config:clear"] = "config:unset",
        ["config:export"] = "config --shell",
        ["builds:list"] = "builds",
        ["builds:create"] = "deploy",
        ["tar:in"] = "git:from-archive",
        ["builder-dockerfile:set"] = "builder:set",
        ["auth:login"] = "login",
        ["auth:logout"] = "logout",
        ["authorizations"] = "tokens",
        ["authorizations:create"] = "tokens:create",
        ["authorizations:revoke"] = "tokens:remove",
        ["keys"] = "ssh-keys:list",
        ["keys:list"] = "ssh-keys:list",
        ["keys:add"] = "ssh-keys:add",
        ["keys:remove"] = "ssh-keys:remove",
        ["sharing"] = "access",
        ["sharing:add"] = "access:add",
        ["sharing:remove"] = "access:remove",
    };

    public static IReadOnlyDictionary<string, string> All => Here;

    /// <summary>What to type here, without <c>paas</c>; null for a name that is not known.</summary>
    public static string? Translated(string typed) => Here.GetValueOrDefault(typed);
}
