using System.Net;
using System.Net.Http.Headers;

namespace Paas.Images.Remote;

/// <summary>Which failures pass, and how long to wait for that.</summary>
internal sealed class Retry(RegistryOptions options, TimeProvider time)
{
    /// <summary>The number of the last attempt.</summary>
    public int Last => options.Attempts;

    public static bool Passes(HttpStatusCode status) => status is HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout ||
        ((int)status >= 500 && status is not (HttpStatusCode.NotImplemented or HttpStatusCode.HttpVersionNotSupported));

    /// <summary>True for a connection that failed or broke; false for one that cannot be made, such as to a certificate nobody vouches for.</summary>
    public static bool Passes(Exception error) => error switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError or HttpRequestError.ConfigurationLimitExceeded } => false,
        HttpRequestException or HttpIOException or TimeoutException => true,
        _ => false,
    };

    /// <summary>True while another attempt is allowed after so many.</summary>
    public bool Allows(int attempts) => attempts < options.Attempts;

    /// <summary>Waits before the next attempt: what the server asks for, else longer each time and never the same for all.</summary>
    public Task WaitAsync(int attempts, RetryConditionHeaderValue? asked, CancellationToken cancellationToken)
    {
        var own = options.FirstDelay * Math.Pow(2, int.Min(attempts - 1, 16)) * (0.75 + (Random.Shared.NextDouble() / 2));
        var delay = asked?.Delta ?? (asked?.Date is { } date ? date - time.GetUtcNow() : own);
        if (delay < TimeSpan.Zero) delay = TimeSpan.Zero;
        return Task.Delay(delay < options.MaximumDelay ? delay : options.MaximumDelay, time, cancellationToken);
    }
}
