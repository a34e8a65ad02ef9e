using System.Text.RegularExpressions;

namespace Paas.Contracts.Api;

/// <summary>What may be the name of an app: a DNS label in lower case.</summary>
public static partial class AppNameRule
{
    public static bool Allows(string name) => Rule().IsMatch(name);

    [GeneratedRegex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\z")]
    private static partial Regex Rule();
}
