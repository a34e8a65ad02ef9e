using System.Collections.Immutable;
using Paas.Router.Access;

namespace Paas.Router.Table;

/// <summary>An app as requests see it. Immutable, but for what its endpoints know of themselves.</summary>
/// <param name="Name">The app.</param>
/// <param name="Endpoints">Healthy ones.</param>
/// <param name="Reason">Why there are none.</param>
/// <param name="Access">Where its access lines go; null for none.</param>
internal sealed record AppRoute(string Name, ImmutableArray<Endpoint> Endpoints, string? Reason, AccessSource? Access)
{
    /// <summary>
    /// The endpoint with the least requests under way, a random one of several such; one that failed just now only when there is no
    /// other. It has been entered: the caller must <see cref="Endpoint.Leave"/> it.
    /// </summary>
    /// <param name="except">An endpoint already tried.</param>
    /// <param name="gone">True when null is returned because this table is no longer the current one.</param>
    public Endpoint? Enter(Endpoint? except, out bool gone)
    {
        var picked = Pick(except);
        gone = picked is not null && !picked.TryEnter();
        return gone ? null : picked;
    }

    private Endpoint? Pick(Endpoint? except)
    {
        var count = Endpoints.Length;
        if (count == 1) return ReferenceEquals(Endpoints[0], except) ? null : Endpoints[0];
        Endpoint? best = null;
        var least = long.MaxValue;
        var start = count > 1 ? Random.Shared.Next(count) : 0;
        for (var i = 0; i < count; i++)
        {
            var at = start + i;
            var endpoint = Endpoints[at < count ? at : at - count];
            if (ReferenceEquals(endpoint, except)) continue;
            var load = endpoint.Requests + (endpoint.IsSuspect ? (long)int.MaxValue : 0);
            if (load >= least) continue;
            least = load;
            best = endpoint;
        }

        return best;
    }
}
