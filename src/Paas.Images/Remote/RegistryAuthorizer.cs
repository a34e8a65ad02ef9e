using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Paas.Images.Remote;

/// <summary>
/// Answers challenges: basic authentication, and tokens (distribution project, "Token Authentication Specification") kept
/// until they expire. Credentials go to the registry they belong to and to the token server it names, nowhere else.
/// </summary>
internal sealed class RegistryAuthorizer(FindCredential find, RegistryOptions options, TimeProvider time)
{
    private const int MaximumTokenBytes = 256 * 1024;

    // The specification's default for servers that do not say.
    private const int DefaultLifetimeSeconds = 60;

    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<(Uri Root, string Scope), (AuthenticationHeaderValue Header, DateTimeOffset Until)> _known = new();

    /// <summary>What was good for this scope before and still is; null when nothing is.</summary>
    public AuthenticationHeaderValue? Known(RegistryEndpoint endpoint, string scope) =>
        _known.TryGetValue((endpoint.Root, scope), out var known) && known.Until > time.GetUtcNow() ? known.Header : null;

    /// <summary>True when there is a login for the registry.</summary>
    public bool HasCredential(RegistryEndpoint endpoint) => find(endpoint.Registry) is not null;

    /// <summary>Forgets a token that the registry no longer takes.</summary>
    public void Forget(RegistryEndpoint endpoint, string scope) => _known.TryRemove((endpoint.Root, scope), out _);

    /// <summary>An answer to the challenge; null when we have none.</summary>
    /// <exception cref="RegistryException">The token server refuses the login.</exception>
    public async Task<AuthenticationHeaderValue?> AnswerAsync(
        RegistryEndpoint endpoint, string scope, AuthenticationChallenge challenge, HttpClient client, CancellationToken cancellationToken)
    {
        var credential = find(endpoint.Registry);
        var (header, until) = challenge.IsBearer
            ? await TokenAsync(endpoint, scope, challenge, credential, client, cancellationToken)
            : (credential is null ? null : Basic(credential), DateTimeOffset.MaxValue);
        if (header is not null) _known[(endpoint.Root, scope)] = (header, until);
        return header;
    }

    private static AuthenticationHeaderValue Basic(RegistryCredential credential) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credential.UserName}:{credential.Password}")));

    private async Task<(AuthenticationHeaderValue Header, DateTimeOffset Until)> TokenAsync(
        RegistryEndpoint endpoint, string scope, AuthenticationChallenge challenge, RegistryCredential? credential, HttpClient client, CancellationToken cancellationToken)
    {
        var realm = challenge.Realm!;
        if (realm.Scheme != "https" && endpoint.Root.Scheme == "https")
            throw new RegistryException(RegistryFailure.Invalid, $"{endpoint} wants the login sent without TLS, to {realm.Authority}");
        using var timer = new StallTimer(options.StallTimeout, time, cancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Get, TokenAddress(realm, scope, challenge));
        if (credential is not null) request.Headers.Authorization = Basic(credential);
        try
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timer.Token);
            if (Retry.Passes(response.StatusCode))
                throw new HttpRequestException($"{realm.Authority} answered {(int)response.StatusCode}", null, response.StatusCode);
            if (!response.IsSuccessStatusCode) throw Refused(endpoint, credential, await BoundedBody.ReadErrorAsync(response, timer));
            return Parse(endpoint, await BoundedBody.ReadAsync(response, MaximumTokenBytes, timer));
        }
        catch (OperationCanceledException error)
        {
            throw timer.Explain(error);
        }
    }

    private static Uri TokenAddress(Uri realm, string scope, AuthenticationChallenge challenge)
    {
        var query = new StringBuilder(realm.Query.TrimStart('?'));
        void Add(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value)) query.Append(query.Length == 0 ? "" : "&").Append(name).Append('=').Append(Uri.EscapeDataString(value));
        }

        Add("service", challenge.Service);
        // A scope of several parts is several parameters.
        foreach (var part in (scope.Length > 0 ? scope : challenge.Scope ?? "").Split(' ')) Add("scope", part);
        return new UriBuilder(realm) { Query = query.ToString() }.Uri;
    }

    private (AuthenticationHeaderValue Header, DateTimeOffset Until) Parse(RegistryEndpoint endpoint, byte[] json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            var root = document.RootElement;
            var token = Text(root, "token") ?? Text(root, "access_token")
                ?? throw new RegistryException(RegistryFailure.Invalid, $"the token server of {endpoint} answered without a token");
            var seconds = root.TryGetProperty("expires_in", out var expires) && expires.TryGetInt32(out var given) ? int.Max(given, DefaultLifetimeSeconds) : DefaultLifetimeSeconds;
            return (new AuthenticationHeaderValue("Bearer", token), time.GetUtcNow() + TimeSpan.FromSeconds(seconds) - Margin);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            throw new RegistryException(RegistryFailure.Invalid, $"the token server of {endpoint} answered with something that is no token", error);
        }
    }

    private static string? Text(JsonElement root, string name) =>
        root.TryGetProperty(name, out var value) && value.GetString() is { Length: > 0 } text ? text : null;

    private static RegistryException Refused(RegistryEndpoint endpoint, RegistryCredential? credential, string words)
    {
        var reason = words.Length > 0 ? $": {words}" : "";
        return credential is null
            ? new RegistryException(RegistryFailure.Unauthenticated, $"{endpoint.Registry} wants a login{reason}")
            : new RegistryException(RegistryFailure.Unauthenticated, $"{endpoint.Registry} does not take the login of {credential.UserName}{reason}");
    }
}
