using System.Text.RegularExpressions;

namespace Paas.ControlPlane.Builds;

/// <summary>
/// Takes the values of secret config vars out of what a build prints. Secret are the vars marked so, those whose name says it, and
/// the password in any URL.
/// </summary>
internal sealed partial class SecretMask
{
    private const string Masked = "********";

    // Shorter ones are in every other word: hiding them would spoil the output and tell where they are.
    private const int LeastLength = 6;

    private readonly string[] _values;

    /// <param name="config">The config vars.</param>
    /// <param name="marked">Names of those that are marked secret.</param>
    internal SecretMask(IReadOnlyDictionary<string, string> config, IReadOnlySet<string> marked) => _values =
    [
        .. config.SelectMany(pair => marked.Contains(pair.Key) || SecretName().IsMatch(pair.Key) ? Lines(pair.Value) : Passwords(pair.Value))
            .Where(value => value.Length >= LeastLength)
            .Distinct(StringComparer.Ordinal)
            // One that holds another goes first, or its rest would stay.
            .OrderByDescending(value => value.Length),
    ];

    internal string Apply(string text)
    {
        foreach (var value in _values) text = text.Replace(value, Masked, StringComparison.Ordinal);
        return text;
    }

    // Output comes by lines, and so would a key's.
    private static IEnumerable<string> Lines(string value) => value.Split('\n').Select(line => line.Trim());

    private static IEnumerable<string> Passwords(string value) =>
        UrlPassword().Matches(value).SelectMany(match => new[] { match.Groups[1].Value, Uri.UnescapeDataString(match.Groups[1].Value) });

    [GeneratedRegex("(?:^|_)(?:SECRET|TOKEN|PASSWORD|PASSWD|PASSPHRASE|PWD|CREDENTIALS?|(?:API|PRIVATE|SECRET|ACCESS|MASTER|ENCRYPTION|SIGNING|AUTH)_?KEY|KEY_?BASE)(?:_|$)", RegexOptions.IgnoreCase)]
    private static partial Regex SecretName();

    [GeneratedRegex("[A-Za-z][A-Za-z0-9+.-]*://[^/\\s:@]*:([^/\\s@]+)@")]
    private static partial Regex UrlPassword();
}
