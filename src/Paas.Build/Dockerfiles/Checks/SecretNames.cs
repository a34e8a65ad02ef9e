namespace Paas.Build.Dockerfiles.Checks;

/// <summary>Names of variables that hold secrets, by the words in them.</summary>
internal static class SecretNames
{
    private static readonly string[] Secret = ["apikey", "auth", "credential", "credentials", "key", "password", "pword", "passwd", "secret", "token"];

    // A word that says the rest is no secret.
    private static readonly string[] Harmless = ["public"];

    public static bool IsSecret(string name)
    {
        var words = name.ToLowerInvariant().Split('_');
        return words.Any(Secret.Contains) && !words.Any(Harmless.Contains);
    }
}
