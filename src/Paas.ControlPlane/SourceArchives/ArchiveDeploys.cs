using System.Runtime.CompilerServices;
using Paas.Build.Host;
using Paas.Build.Sources;
using Paas.Build.Sources.Archives;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.ControlPlane.Builds;
using Paas.ControlPlane.Cleanup;
using Paas.ControlPlane.Store;

namespace Paas.ControlPlane.SourceArchives;

/// <summary>Deploys sources that come in archives: fetched or sent, checked, and written anew as the tar that builds are made from.</summary>
internal sealed class ArchiveDeploys(ControlPlaneOptions options, AppStore apps, BuildIntake intake, ImageCleanup cleanup) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);

    // As for ADD in Dockerfiles: what listens for this host only is not fetched for anybody.
    private readonly HttpClient _http = new(new SocketsHttpHandler { ConnectCallback = HostServices.ConnectAsync }) { Timeout = Patience };

    internal async IAsyncEnumerable<BuildEvent> DeployAsync(string app, ArchiveSource source, Stream body, [EnumeratorCancellation] CancellationToken ct)
    {
        apps.Get(app);
        var type = ArchiveTypes.Parse(source.Type);
        await cleanup.MakeRoomAsync("the archive", 0, ct);
        await using var tar = OpenScratch();
        await using (var archive = OpenScratch())
        {
            if (source.Url is null) await body.CopyToAsync(archive, ct);
            else await FetchAsync(source.Url, archive, ct);
            if (archive.Length == 0) throw new PaasException(ErrorCode.InvalidRequest, "the archive is empty", "Send it on standard input, or name its address.");
            await ArchiveRewrite.RunAsync(archive, type, tar, new ArchiveLimits(options.MaxSourceBytes, options.MaxArchiveFiles), ct);
        }

        tar.Position = 0;
        var name = source.Url is null ? "an archive" : new Uri(source.Url).Segments[^1];
        await foreach (var step in intake.SubmitAsync(app, new BuildSource(null, null, $"Deploy of {name}"), null, tar, ct)) yield return step;
    }

    public void Dispose() => _http.Dispose();

    private async Task FetchAsync(string address, Stream archive, CancellationToken ct)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var url) || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps))
            throw new PaasException(ErrorCode.InvalidRequest, $"'{address}' is no address of an archive", "Write it like https://example.com/app.tar.gz");
        try
        {
            using var response = await _http.GetAsync(url, HttpCompletionOption.ResponseHeadersRead, ct);
            if (!response.IsSuccessStatusCode)
                throw new PaasException(ErrorCode.InvalidRequest, $"{address} answered {(int)response.StatusCode} {response.ReasonPhrase}", "Is the address right, and open to everybody?");
            await using var content = new LimitedStream(await response.Content.ReadAsStreamAsync(ct), options.MaxSourceBytes, TooLarge);
            await content.CopyToAsync(archive, ct);
        }
        catch (Exception error) when (error is HttpRequestException or IOException || (error is OperationCanceledException && !ct.IsCancellationRequested))
        {
            throw new PaasException(ErrorCode.Unavailable, $"{address} cannot be fetched: {error.Message}", "Fetch it elsewhere, and send it: paas git:from-archive APP - < FILE", error);
        }
    }

    private PaasException TooLarge() => new(
        ErrorCode.TooLarge, $"the archive is larger than {options.MaxSourceBytes >> 20} MiB", "The server's administrator can raise the limit: paasd --max-source");

    // Without a name from the beginning, so that no crash leaves it behind.
    private FileStream OpenScratch()
    {
        Directory.CreateDirectory(options.BuildsDirectory);
        var path = Path.Combine(options.BuildsDirectory, $".archive-{Guid.NewGuid():N}");
        var file = new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        File.Delete(path);
        return file;
    }
}
