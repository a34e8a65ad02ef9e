using System.Net;
using Paas.Oci;

namespace Paas.Images.Remote;

/// <summary>
/// The client side of the distribution-spec, for every registry: logins, tokens, mirrors and connections are shared by all
/// pulls and pushes. Safe for concurrent use.
/// </summary>
public sealed class RegistryClient : IDisposable
{
    private readonly RegistryEndpoints _endpoints;
    private readonly TimeProvider _time;

    /// <param name="options">Validated here.</param>
    /// <param name="find">The logins there are.</param>
    /// <param name="time">For waits and the lifetime of tokens.</param>
    public RegistryClient(RegistryOptions options, FindCredential find, TimeProvider time)
    {
        options.Validate();
        Options = options;
        _time = time;
        Transport = new RegistryTransport(find, options, time);
        _endpoints = new RegistryEndpoints(Transport, options);
    }

    public RegistryOptions Options { get; }

    internal RegistryTransport Transport { get; }

    /// <summary>Tries a login at a registry, without keeping it.</summary>
    /// <exception cref="RegistryException">The registry does not take it, or cannot be reached.</exception>
    public async Task CheckLoginAsync(string registry, RegistryCredential credential, CancellationToken cancellationToken)
    {
        using var trial = new RegistryTransport(_ => credential, Options, _time);
        var endpoint = await new RegistryEndpoints(trial, Options).OfAsync(registry, cancellationToken);
        using var response = await trial.SendAsync(endpoint, "", _ => new HttpRequestMessage(HttpMethod.Get, endpoint.Version), cancellationToken);
        if (response.StatusCode == HttpStatusCode.NotFound)
            throw new RegistryException(RegistryFailure.Invalid, $"{endpoint} is no image registry: it has no /v2/");
    }

    /// <summary>The digest that a reference has in its registry now: of an index, where it is one.</summary>
    /// <exception cref="RegistryException">The registry does not have it, or not for us.</exception>
    public async Task<Digest> ResolveAsync(Reference reference, CancellationToken cancellationToken)
    {
        var normal = reference.Normalize();
        foreach (var repository in await SourcesAsync(normal, cancellationToken))
        {
            if (await AskAsync(repository, source => source.ManifestDigestAsync(TagOrDigest(normal), cancellationToken)) is { } digest) return digest;
        }

        throw NotFound(normal);
    }

    internal static string TagOrDigest(Reference normal) => normal.Digest?.ToString() ?? normal.Tag!;

    internal static RegistryException NotFound(Reference normal) => new(RegistryFailure.NotFound, $"{normal.Domain} has no image {normal}");

    /// <summary>The servers that may have the reference's repository, best first; the registry itself last.</summary>
    internal async Task<IReadOnlyList<RemoteRepository>> SourcesAsync(Reference normal, CancellationToken cancellationToken) =>
        [.. (await _endpoints.ForPullAsync(normal.Domain!, cancellationToken)).Select(endpoint => new RemoteRepository(Transport, endpoint, normal.Path, forPush: false))];

    internal async Task<RemoteRepository> TargetAsync(Reference normal, CancellationToken cancellationToken) =>
        new(Transport, await _endpoints.OfAsync(normal.Domain!, cancellationToken), normal.Path, forPush: true);

    /// <summary>Asks one server; what a mirror cannot do the next one may, so only the registry's own failure counts.</summary>
    internal static async Task<T?> AskAsync<T>(RemoteRepository repository, Func<RemoteRepository, Task<T?>> ask)
    {
        try
        {
            return await ask(repository);
        }
        catch (RegistryException) when (repository.IsMirror)
        {
            return default;
        }
    }

    public void Dispose() => Transport.Dispose();
}
