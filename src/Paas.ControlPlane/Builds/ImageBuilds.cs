using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Paas.Build;
using Paas.Build.Dockerfiles.Building;
using Paas.Build.Dockerfiles.Running;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.Images;
using Paas.Linux;
using Paas.Oci;

namespace Paas.ControlPlane.Builds;

/// <summary>Dockerfile → image, in containers: <see cref="DockerfileBuilder.BuildAsync"/>.</summary>
internal delegate Task<DockerfileOutcome> BuildImage(DockerfileBuildConfig config, Action<string> output, CancellationToken ct);

/// <summary>Builds of Dockerfiles that are no app's: their context comes with the request, and the image stays here under its tags.</summary>
internal sealed class ImageBuilds(ControlPlaneOptions options, ImageStore images, BuildImage buildImage)
{
    // No name of an app: these builds have user ids and cache mounts of their own.
    private const string Owner = "image.builds";
    private const string HostNetwork = "network.host";

    private readonly ConcurrentDictionary<string, AgentRelay> _relays = new(StringComparer.Ordinal);
    private int _builds;

    /// <summary>The build's output, then its image. A caller that goes away ends it.</summary>
    internal async IAsyncEnumerable<ImageBuildEvent> BuildAsync(ImageBuildRequest request, Stream context, [EnumeratorCancellation] CancellationToken ct)
    {
        var tags = request.Tags.Select(tag => Reference.TryParse(tag, out var parsed) && parsed.Digest is null
            ? parsed.Normalize()
            : throw new PaasException(ErrorCode.InvalidRequest, $"'{tag}' cannot name an image", "Write it like team/app:1.0.")).ToList();
        CheckAllowed(request);
        SpreadDirectory.Create(Path.Combine(options.BuildsDirectory, ".images"));
        var work = Directory.CreateDirectory(Path.Combine(options.BuildsDirectory, ".images", Guid.NewGuid().ToString("N"))).FullName;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var events = Channel.CreateUnbounded<ImageBuildEvent>(new UnboundedChannelOptions { SingleReader = true });
        var relay = new AgentRelay(events.Writer);
        _relays[relay.Build] = relay;
        var build = Task.Run(() => BuildAsync(request, tags, context, work, relay, events.Writer, stop.Token), CancellationToken.None);
        try
        {
            await foreach (var step in events.Reader.ReadAllAsync(ct)) yield return step;
            yield return new ImageBuildEvent(null, (await build).ToString());
        }
        finally
        {
            await stop.CancelAsync();
            await build.ContinueWith(static _ => { }, TaskScheduler.Default);
            _relays.TryRemove(relay.Build, out _);
            DockerfileContext.Remove(work);
        }
    }

    /// <summary>Gives a running build what its caller's agent answered.</summary>
    /// <exception cref="PaasException">NotFound: nothing waits for it.</exception>
    internal void AnswerAgent(string build, AgentAnswer answer)
    {
        if (!_relays.TryGetValue(build, out var relay)) throw new PaasException(ErrorCode.NotFound, "there is no such build any more");
        relay.Answer(answer);
    }

    /// <summary>Removes what builds left that were cut off with the process before.</summary>
    internal void RemoveLeftovers() => DockerfileContext.Remove(Path.Combine(options.BuildsDirectory, ".images"));

    private async Task<Digest> BuildAsync(
        ImageBuildRequest request, List<Reference> tags, Stream context, string work, AgentRelay relay, ChannelWriter<ImageBuildEvent> events, CancellationToken ct)
    {
        try
        {
            using var lease = images.Content.Lease();
            var directory = Path.Combine(work, "context");
            await DockerfileContext.ExtractAsync(context, directory, ct);
            var outcome = await buildImage(
                new DockerfileBuildConfig
                {
                    App = Owner,
                    Number = Interlocked.Increment(ref _builds),
                    ContextDirectory = directory,
                    WorkDirectory = work,
                    CacheDirectory = options.CacheDirectory,
                    Dockerfile = request.Dockerfile ?? "Dockerfile",
                    Target = request.Target,
                    Platform = request.Platform,
                    BuildArgs = request.BuildArgs ?? new Dictionary<string, string>(),
                    Labels = request.Labels ?? new Dictionary<string, string>(),
                    Secrets = (request.Secrets ?? new Dictionary<string, string>()).ToDictionary(pair => pair.Key, pair => Decode(pair.Key, pair.Value)),
                    Agents = (request.Agents ?? []).Distinct().ToDictionary(id => id, id => (ConnectAgent)(() => relay.Connect(id))),
                    AllowsHostNetwork = request.Allow?.Contains(HostNetwork) == true,
                    NoCache = request.NoCache,
                    Pull = request.Pull,
                },
                line => events.TryWrite(new ImageBuildEvent(line)),
                ct);
            foreach (var tag in tags) images.Content.SetReference(tag.ToString(), outcome.Image.Descriptor);
            return outcome.Image.Digest;
        }
        catch (BuildException error)
        {
            throw new PaasException(ErrorCode.BuildFailed, error.Message, error.Hint, error);
        }
        finally
        {
            events.Complete();
        }
    }

    // The words of BuildKit's entitlements.
    private static void CheckAllowed(ImageBuildRequest request)
    {
        if (request.Allow?.FirstOrDefault(name => name != HostNetwork) is { } other)
            throw new PaasException(ErrorCode.InvalidRequest, $"granting entitlement {other} is not allowed by this server", $"{HostNetwork} is the only one that can be allowed: no command of a build has rights on the host.");
    }

    private static byte[] Decode(string id, string text)
    {
        try
        {
            return Convert.FromBase64String(text);
        }
        catch (FormatException error)
        {
            throw new PaasException(ErrorCode.InvalidRequest, $"the secret {id} is not in base64", inner: error);
        }
    }
}
