using System.Text;
using Paas.Images.Layers;
using Paas.Images.Remote;
using Paas.Images.Snapshots;
using Paas.Oci;
using Paas.Oci.Images;
using Paas.Testing;

namespace Paas.Images.Tests.Remote;

/// <summary>A store of its own, images to send and to fetch, and a client with no patience.</summary>
internal sealed class RemoteImages : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly List<RegistryClient> _clients = [];

    public RemoteImages() => Store = new ImageStore(new ContentStore(_directory.Combine("images")), new Snapshotter(_directory.Combine("snapshots")));

    public static RegistryOptions Quick { get; } = new()
    {
        FirstDelay = TimeSpan.FromMilliseconds(10),
        MaximumDelay = TimeSpan.FromSeconds(2),
        StallTimeout = Patience.OfSeconds(20),
    };

    public ImageStore Store { get; }

    /// <summary>An image whose layers have incompressible content of these sizes.</summary>
    public async Task<Image> MakeAsync(string seed, params int[] layerBytes)
    {
        var builder = ImageBuilder.From(Store, null);
        builder.Command = ["/bin/serve", seed];
        foreach (var (bytes, index) in layerBytes.Select((bytes, index) => (bytes, index)))
        {
            var files = Directory.CreateDirectory(_directory.Combine($"files-{Guid.NewGuid():n}")).FullName;
            var content = new byte[bytes];
            new Random(HashCode.Combine(bytes, index)).NextBytes(content);
            File.WriteAllText(Path.Combine(files, "seed"), seed);
            File.WriteAllBytes(Path.Combine(files, $"file-{index}"), content);
            builder.AddLayer(await LayerWriter.WriteDirectoryAsync(Store.Content, files, new LayerOptions { Owner = new((int)Trees.EffectiveUser, (int)Trees.EffectiveGroup) }, default), $"layer {index}");
        }

        return await builder.CommitAsync(default);
    }

    public RegistryClient Client(RegistryOptions? options = null, FindCredential? find = null)
    {
        var client = new RegistryClient(options ?? Quick, find ?? (_ => null), TimeProvider.System);
        _clients.Add(client);
        return client;
    }

    public Task<Image> PullAsync(string reference, RegistryOptions? options = null, FindCredential? find = null, Platform? platform = null) =>
        new ImagePuller(Store, Client(options, find)).PullAsync(Reference.Parse(reference), platform, null, default);

    public Task PushAsync(Image image, string reference, RegistryOptions? options = null, FindCredential? find = null, IProgress<TransferProgress>? progress = null) =>
        new ImagePusher(Store, Client(options, find)).PushAsync(image, Reference.Parse(reference), progress, default);

    /// <summary>Sends a manifest as it stands, past everything that our own client checks.</summary>
    public static async Task PutManifestAsync(string host, string repository, string tag, string mediaType, string json)
    {
        using var client = new HttpClient();
        using var body = new StringContent(json, Encoding.UTF8, mediaType);
        body.Headers.ContentType = new(mediaType);
        using var answer = await client.PutAsync($"http://{host}/v2/{repository}/manifests/{tag}", body);
        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
    }

    public void Dispose()
    {
        foreach (var client in _clients) client.Dispose();
        _directory.Dispose();
    }
}
