using System.Collections.Concurrent;
using System.Net;

namespace Paas.Images.Remote;

/// <summary>Where a registry is: its mirrors, its own address, with TLS or without.</summary>
internal sealed class RegistryEndpoints(RegistryTransport transport, RegistryOptions options)
{
    private readonly ConcurrentDictionary<string, RegistryEndpoint> _found = new();

    /// <summary>The servers to ask for content of a registry, best first.</summary>
    public async Task<IReadOnlyList<RegistryEndpoint>> ForPullAsync(string registry, CancellationToken cancellationToken)
    {
        var mirrors = options.Mirrors.GetValueOrDefault(registry) ?? [];
        return [.. mirrors.Select(Mirror), await OfAsync(registry, cancellationToken)];
    }

    /// <summary>The registry itself.</summary>
    /// <exception cref="RegistryException">It may be spoken to without TLS, and answers neither way.</exception>
    public async Task<RegistryEndpoint> OfAsync(string registry, CancellationToken cancellationToken)
    {
        if (_found.TryGetValue(registry, out var known)) return known;
        // The name that people write is not the server's.
        var host = registry == Oci.Reference.DefaultDomain ? "registry-1.docker.io" : registry;
        var isLax = options.Insecure.Contains(registry);
        var endpoint = new RegistryEndpoint(registry, new Uri($"https://{host}/"), isLax);
        if (isLax || IsLoopback(endpoint.Root)) endpoint = await ProbeAsync(endpoint, new Uri($"http://{host}/"), cancellationToken);
        return _found.GetOrAdd(registry, endpoint);
    }

    private static bool IsLoopback(Uri address) =>
        address.DnsSafeHost == "localhost" || (IPAddress.TryParse(address.DnsSafeHost, out var ip) && IPAddress.IsLoopback(ip));

    private RegistryEndpoint Mirror(Uri address)
    {
        var root = address.AbsoluteUri.EndsWith('/') ? address : new Uri($"{address.AbsoluteUri}/");
        return new RegistryEndpoint(address.Authority, root, options.Insecure.Contains(address.Authority), IsMirror: true);
    }

    private async Task<RegistryEndpoint> ProbeAsync(RegistryEndpoint endpoint, Uri plain, CancellationToken cancellationToken)
    {
        try
        {
            await transport.ProbeAsync(endpoint, cancellationToken);
            return endpoint;
        }
        catch (Exception error) when (error is HttpRequestException or TimeoutException)
        {
            return await ProbePlainAsync(endpoint with { Root = plain }, error, cancellationToken);
        }
    }

    private async Task<RegistryEndpoint> ProbePlainAsync(RegistryEndpoint endpoint, Exception first, CancellationToken cancellationToken)
    {
        try
        {
            await transport.ProbeAsync(endpoint, cancellationToken);
            return endpoint;
        }
        catch (Exception error) when (error is HttpRequestException or TimeoutException)
        {
            throw new RegistryException(RegistryFailure.Unavailable, $"{endpoint} cannot be reached: {error.Message} (with TLS: {first.Message})", error);
        }
    }
}
