using System.Net.Http.Headers;
using System.Text;

namespace Paas.Images.Remote;

/// <summary>What a server wants to see (RFC 9110, 11.6.1; the parameters of a bearer challenge are the distribution project's).</summary>
internal sealed record AuthenticationChallenge(bool IsBearer, Uri? Realm, string? Service, string? Scope)
{
    /// <summary>The strongest challenge that we can answer; null when there is none.</summary>
    /// <param name="challenges">Of the answer.</param>
    /// <param name="asked">Where the request went: a realm may be relative to it.</param>
    public static AuthenticationChallenge? Choose(IEnumerable<AuthenticationHeaderValue> challenges, Uri asked)
    {
        var all = challenges.ToList();
        foreach (var challenge in all.Where(challenge => IsScheme(challenge, "Bearer")))
        {
            var parameters = Parameters(challenge.Parameter ?? "");
            if (!parameters.TryGetValue("realm", out var realm) || !Uri.TryCreate(asked, realm, out var address)) continue;
            if (address.Scheme is not ("https" or "http") || address.UserInfo.Length > 0) continue;
            return new AuthenticationChallenge(true, address, parameters.GetValueOrDefault("service"), parameters.GetValueOrDefault("scope"));
        }

        return all.Any(challenge => IsScheme(challenge, "Basic")) ? new AuthenticationChallenge(false, null, null, null) : null;
    }

    private static bool IsScheme(AuthenticationHeaderValue challenge, string scheme) =>
        challenge.Scheme.Equals(scheme, StringComparison.OrdinalIgnoreCase);

    /// <summary>Parameters by name, quoted or not; what is no parameter ends the list.</summary>
    internal static Dictionary<string, string> Parameters(string text)
    {
        var parameters = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var at = 0;
        while (true)
        {
            while (at < text.Length && (text[at] is ',' || char.IsWhiteSpace(text[at]))) at++;
            var equals = text.IndexOf('=', at);
            if (equals < 0) return parameters;
            var name = text[at..equals].Trim();
            at = equals + 1;
            while (at < text.Length && char.IsWhiteSpace(text[at])) at++;
            if (Value(text, ref at) is not { } value || name.Length == 0) return parameters;
            parameters.TryAdd(name, value);
        }
    }

    private static string? Value(string text, ref int at)
    {
        if (at == text.Length || text[at] != '"')
        {
            var comma = text.IndexOf(',', at);
            var end = comma < 0 ? text.Length : comma;
            var token = text[at..end].Trim();
            at = end;
            return token;
        }

        var value = new StringBuilder();
        for (at++; at < text.Length && text[at] != '"'; at++)
        {
            if (text[at] == '\\' && at + 1 < text.Length) at++;
            value.Append(text[at]);
        }

        return at++ < text.Length ? value.ToString() : null;
    }
}
