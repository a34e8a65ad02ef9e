using System.Net;
using System.Net.Http.Headers;

namespace Paas.Images.Remote;

/// <summary>
/// Sends requests to registries: authenticated, tried again where that can help, redirected with care. An answer that comes
/// back is a success or a 404 or 416; all else is a <see cref="RegistryException"/>. Safe for concurrent use.
/// </summary>
internal sealed class RegistryTransport : IDisposable
{
    private const int MaximumRedirects = 5;
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(15);

    private readonly HttpClient _strict;
    private readonly HttpClient _lax;
    private readonly RegistryAuthorizer _authorizer;
    private readonly RegistryOptions _options;
    private readonly TimeProvider _time;

    public RegistryTransport(FindCredential find, RegistryOptions options, TimeProvider time)
    {
        _options = options;
        _time = time;
        _strict = Client(_ => { });
        _lax = Client(handler => handler.SslOptions.RemoteCertificateValidationCallback = (_, certificate, _, _) => certificate is not null);
        _authorizer = new RegistryAuthorizer(find, options, time);
        Retry = new Retry(options, time);
    }

    public Retry Retry { get; }

    /// <summary>A timer for reading what comes after the headers.</summary>
    public StallTimer Timer(CancellationToken cancellationToken) => new(_options.StallTimeout, _time, cancellationToken);

    /// <summary>Sends until there is an answer or no more hope. The caller disposes the answer, whose body is still to be read.</summary>
    /// <param name="endpoint">Whose login is used, for requests that go there.</param>
    /// <param name="scope">What the login is for, <c>repository:path:pull</c>; empty for none in particular.</param>
    /// <param name="make">The request, made anew for each attempt; a body renews the timer while it is sent.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public Task<HttpResponseMessage> SendAsync(
        RegistryEndpoint endpoint, string scope, Func<StallTimer, HttpRequestMessage> make, CancellationToken cancellationToken) =>
        SendAsync(endpoint, scope, make, (response, _) => Task.FromResult(response), cancellationToken);

    /// <summary>As <see cref="SendAsync(RegistryEndpoint, string, Func{StallTimer, HttpRequestMessage}, CancellationToken)"/>, for what must not be sent again as it is.</summary>
    public Task<HttpResponseMessage> SendOnceAsync(
        RegistryEndpoint endpoint, string scope, Func<StallTimer, HttpRequestMessage> make, CancellationToken cancellationToken) =>
        SendAsync(endpoint, scope, make, (response, _) => Task.FromResult(response), cancellationToken, Retry.Last);

    /// <summary>As the first one, with the body read before it counts as an answer. What <paramref name="read"/> gets is its to dispose.</summary>
    public async Task<T> SendAsync<T>(
        RegistryEndpoint endpoint,
        string scope,
        Func<StallTimer, HttpRequestMessage> make,
        Func<HttpResponseMessage, StallTimer, Task<T>> read,
        CancellationToken cancellationToken,
        int firstAttempt = 1)
    {
        for (var attempts = firstAttempt; ; attempts++)
        {
            RetryConditionHeaderValue? asked = null;
            using var timer = Timer(cancellationToken);
            try
            {
                var response = await AuthorizedAsync(endpoint, scope, make, timer, cancellationToken);
                if (IsAnswer(response.StatusCode)) return await read(response, timer);
                using (response)
                {
                    asked = response.Headers.RetryAfter;
                    if (!Retry.Passes(response.StatusCode) || !Retry.Allows(attempts)) throw await FailureAsync(endpoint, response, timer);
                }
            }
            catch (OperationCanceledException error) when (!cancellationToken.IsCancellationRequested)
            {
                if (!Retry.Allows(attempts)) throw Unreachable(endpoint, timer.Explain(error));
            }
            catch (Exception error) when (Retry.Passes(error) && Retry.Allows(attempts))
            {
                // The next attempt may have more luck.
            }
            catch (Exception error) when (error is HttpRequestException or TimeoutException or HttpIOException)
            {
                throw Unreachable(endpoint, error);
            }

            await Retry.WaitAsync(attempts, asked, cancellationToken);
        }
    }

    /// <summary>One request, one answer: whether and how the server speaks. No login, no second attempt.</summary>
    public async Task<HttpStatusCode> ProbeAsync(RegistryEndpoint endpoint, CancellationToken cancellationToken)
    {
        using var timer = Timer(cancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Get, endpoint.Version);
        try
        {
            using var response = await ClientFor(endpoint, endpoint.Root).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timer.Token);
            return response.StatusCode;
        }
        catch (OperationCanceledException error)
        {
            throw timer.Explain(error);
        }
    }

    public void Dispose()
    {
        _strict.Dispose();
        _lax.Dispose();
    }

    private static bool IsAnswer(HttpStatusCode status) =>
        (int)status is >= 200 and < 300 || status is HttpStatusCode.NotFound or HttpStatusCode.RequestedRangeNotSatisfiable;

    private static HttpClient Client(Action<SocketsHttpHandler> configure)
    {
        // Redirects are followed here, so that no login goes to another host; bodies come as they are, so that digests are theirs.
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = ConnectTimeout,
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        };
        configure(handler);
        var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("paas", typeof(RegistryTransport).Assembly.GetName().Version?.ToString(3)));
        return client;
    }

    private HttpClient ClientFor(RegistryEndpoint endpoint, Uri address) => endpoint.IsLax && endpoint.IsSameOrigin(address) ? _lax : _strict;

    private async Task<HttpResponseMessage> AuthorizedAsync(
        RegistryEndpoint endpoint, string scope, Func<StallTimer, HttpRequestMessage> make, StallTimer timer, CancellationToken cancellationToken)
    {
        var response = await RedirectedAsync(endpoint, make, _authorizer.Known(endpoint, scope), timer);
        if (response.StatusCode != HttpStatusCode.Unauthorized) return response;
        var asked = response.RequestMessage!.RequestUri!;
        if (!endpoint.IsSameOrigin(asked) || AuthenticationChallenge.Choose(response.Headers.WwwAuthenticate, asked) is not { } challenge) return response;
        _authorizer.Forget(endpoint, scope);
        var answer = await _authorizer.AnswerAsync(endpoint, scope, challenge, ClientFor(endpoint, challenge.Realm ?? endpoint.Root), cancellationToken);
        if (answer is null) return response;
        response.Dispose();
        timer.Renew();
        return await RedirectedAsync(endpoint, make, answer, timer);
    }

    private async Task<HttpResponseMessage> RedirectedAsync(
        RegistryEndpoint endpoint, Func<StallTimer, HttpRequestMessage> make, AuthenticationHeaderValue? authorization, StallTimer timer)
    {
        Uri? address = null;
        for (var redirects = 0; ; redirects++)
        {
            using var request = make(timer);
            if (address is not null) request.RequestUri = address;
            var target = request.RequestUri!;
            if (endpoint.IsSameOrigin(target)) request.Headers.Authorization = authorization;
            var response = await ClientFor(endpoint, target).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timer.Token);
            if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308) || response.Headers.Location is not { } location) return response;
            response.Dispose();
            address = Redirected(endpoint, target, location, redirects);
        }
    }

    private static Uri Redirected(RegistryEndpoint endpoint, Uri from, Uri location, int redirects)
    {
        if (redirects == MaximumRedirects) throw new RegistryException(RegistryFailure.Invalid, $"{endpoint} redirects in circles");
        var to = new Uri(from, location);
        if (to.Scheme is not ("https" or "http") || (from.Scheme == "https" && to.Scheme != "https"))
            throw new RegistryException(RegistryFailure.Invalid, $"{endpoint} redirects to {to.Scheme}://{to.Authority}, without TLS");
        return to;
    }

    private async Task<RegistryException> FailureAsync(RegistryEndpoint endpoint, HttpResponseMessage response, StallTimer timer)
    {
        var words = await BoundedBody.ReadErrorAsync(response, timer);
        var reason = words.Length > 0 ? $": {words}" : "";
        var who = response.RequestMessage?.RequestUri?.Authority ?? $"{endpoint}";
        return response.StatusCode switch
        {
            HttpStatusCode.Unauthorized when _authorizer.HasCredential(endpoint) =>
                new RegistryException(RegistryFailure.Unauthenticated, $"{endpoint.Registry} does not take the login for this{reason}"),
            HttpStatusCode.Unauthorized => new RegistryException(RegistryFailure.Unauthenticated, $"{endpoint.Registry} wants a login for this, or does not have it{reason}"),
            HttpStatusCode.Forbidden => new RegistryException(RegistryFailure.Denied, $"{who} does not allow this{reason}"),
            HttpStatusCode.TooManyRequests => new RegistryException(RegistryFailure.RateLimited, $"{who} has had too many requests from here{reason}"),
            >= HttpStatusCode.InternalServerError => new RegistryException(RegistryFailure.Unavailable, $"{who} fails with {(int)response.StatusCode}{reason}"),
            _ => new RegistryException(RegistryFailure.Invalid, $"{who} answered {(int)response.StatusCode}{reason}"),
        };
    }

    private static RegistryException Unreachable(RegistryEndpoint endpoint, Exception error)
    {
        var cause = error;
        while (cause.InnerException is not null and not OperationCanceledException) cause = cause.InnerException;
        return error is HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError }
            ? new RegistryException(RegistryFailure.NotSecure, $"{endpoint} cannot be reached with TLS: {cause.Message}", error)
            : new RegistryException(RegistryFailure.Unavailable, $"{endpoint} cannot be reached: {cause.Message}", error);
    }
}
