using System.Security.Cryptography;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;

namespace Paas.ControlPlane.Domain;

/// <summary>The rule for names of apps: they are also a DNS label, a directory and a part of container ids.</summary>
internal static class AppName
{
    /// <summary>The platform's own route.</summary>
    internal const string Platform = "paas";

    private static readonly string[] Adjectives =
    [
        "amber", "bold", "brisk", "calm", "clear", "cosy", "crisp", "dapper", "deft", "eager", "early", "fair", "fond", "fresh", "gentle", "glad",
        "golden", "keen", "kind", "light", "lively", "lucid", "mellow", "merry", "mild", "neat", "noble", "nimble", "plain", "quick", "quiet",
        "rapid", "ready", "round", "royal", "sharp", "shy", "silent", "silver", "smooth", "snug", "solid", "spry", "stout", "sunny", "swift", "tidy",
        "vivid", "warm", "wise", "witty", "young",
    ];

    private static readonly string[] Nouns =
    [
        "acorn", "anchor", "aspen", "badger", "beacon", "birch", "bridge", "brook", "cedar", "cliff", "cloud", "comet", "coral", "crane", "creek",
        "dawn", "delta", "dune", "falcon", "fern", "fjord", "forest", "garden", "glade", "harbor", "hazel", "heron", "hill", "island", "lagoon",
        "lake", "lantern", "maple", "meadow", "mesa", "moss", "oak", "otter", "pebble", "pine", "prairie", "reef", "ridge", "river", "robin",
        "sparrow", "spring", "stone", "summit", "thicket", "valley", "willow",
    ];

    /// <summary>InvalidRequest for a name that breaks the rule or is reserved.</summary>
    internal static void Check(string name)
    {
        if (!IsValid(name))
        {
            throw new PaasException(
                ErrorCode.InvalidRequest,
                $"'{Shown(name)}' cannot be the name of an app",
                "A name has 1 to 63 lower-case letters, digits and dashes, begins with a letter or digit and does not end with a dash.");
        }

        if (name == Platform)
            throw new PaasException(ErrorCode.InvalidRequest, $"'{name}' is the platform's own name; choose another");
    }

    internal static bool IsValid(string name) => AppNameRule.Allows(name);

    /// <summary>A name for an app whose owner has none, e.g. <c>quiet-river-417</c>.</summary>
    internal static string Generate() =>
        $"{RandomNumberGenerator.GetItems<string>(Adjectives, 1)[0]}-{RandomNumberGenerator.GetItems<string>(Nouns, 1)[0]}-{RandomNumberGenerator.GetInt32(100, 1000)}";

    private static string Shown(string name) => name.Length <= 80 ? name : name[..80] + "…";
}
