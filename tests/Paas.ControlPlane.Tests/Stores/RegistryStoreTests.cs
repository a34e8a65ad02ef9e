using Paas.ControlPlane.Registry;
using Paas.ControlPlane.Store;
using Paas.Oci;
using Paas.Oci.Images;
using Paas.Testing;

namespace Paas.ControlPlane.Tests.Stores;

/// <summary>What of the registry has an owner, as time goes by.</summary>
public sealed class RegistryStoreTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Clock _clock = new();
    private readonly Database _database;
    private readonly AppStore _apps;
    private readonly RegistryStore _store;
    private readonly Dictionary<Digest, string> _names = [];

    public RegistryStoreTests()
    {
        _database = new Database(_directory.Combine("paas.db"));
        _apps = new AppStore(_database, _clock);
        _store = new RegistryStore(_database, _clock);
        _apps.Create("app");
    }

    public void Dispose()
    {
        _database.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void A_blob_is_held_for_a_day_and_longer_only_where_a_living_manifest_names_it()
    {
        _store.AddBlob("app", Name("named"));
        _store.AddBlob("app", Name("alone"));
        Put("image", ["latest"], blobs: ["named"]);
        Pass(hours: 23);
        Assert.Equal(["alone", "image", "named"], Owned());
        Pass(hours: 2);
        Assert.Equal(["image", "named"], Owned());
        Assert.Equal(0, _store.Expire(remove: true));
        Assert.False(_store.HasBlob("app", Name("alone")));
        Assert.True(_store.HasBlob("app", Name("named")));
    }

    [Fact]
    public void A_blob_that_somebody_asked_for_is_held_until_the_manifest_may_have_come()
    {
        _store.AddBlob("app", Name("blob"));
        Pass(hours: 20);
        _store.HoldBlob("app", Name("blob"));
        Pass(hours: 10);
        Assert.Equal(["blob"], Owned());
    }

    [Fact]
    public void Also_one_that_manifests_name_which_go_meanwhile()
    {
        _store.AddBlob("app", Name("blob"));
        Put("image", ["latest"], blobs: ["blob"]);
        _store.HoldBlob("app", Name("blob"));
        Assert.True(_store.RemoveTag("app", "latest"));
        _store.Expire(remove: true);
        Assert.Equal(["blob"], Owned());
        Assert.True(_store.HasBlob("app", Name("blob")));
        Pass(hours: 25);
        Assert.Empty(Owned());
        _store.Expire(remove: true);
        Assert.False(_store.HasBlob("app", Name("blob")));
    }

    [Fact]
    public void Many_pushes_of_one_tag_leave_only_the_last()
    {
        for (var i = 0; i < 5; i++)
        {
            _store.AddBlob("app", Name($"layer {i}"));
            Put($"image {i}", ["latest"], blobs: [$"layer {i}"]);
        }

        Assert.Equal(["image 4", "layer 4"], Owned());
        Assert.Equal(4, _store.Expire(remove: false));
        Assert.Equal(4, _store.Expire(remove: true));
        Assert.Equal(0, _store.Expire(remove: true));
    }

    [Fact]
    public void An_index_keeps_what_it_names_and_a_subject_what_is_about_it()
    {
        Put("child", [], blobs: []);
        Put("index", ["multi"], manifests: ["child"]);
        Put("signature", [], subject: "index");
        Put("signature of the signature", [], subject: "signature");
        Put("about nothing", [], subject: "missing");
        Pass(hours: 25);
        Assert.Equal(["child", "index", "signature", "signature of the signature"], Owned());
        Assert.True(_store.RemoveTag("app", "multi"));
        Assert.Empty(Owned());
    }

    [Fact]
    public void A_push_of_the_tag_that_is_released_asks_for_it_and_the_newest_wins()
    {
        Put("one", ["latest"], deploy: "latest");
        Put("two", ["latest"], deploy: "latest");
        var request = Assert.Single(_store.RequestedDeployments());
        Assert.Equal(new RequestedDeployment("app", Name("two"), "app:latest"), request);
        Assert.True(_store.RemoveTag("app", "latest"));
        Pass(hours: 25);
        Assert.Equal(["two"], Owned());
        _store.EndDeployment(request with { Image = Name("one") });
        Assert.Single(_store.RequestedDeployments());
        _store.EndDeployment(request);
        Assert.Empty(_store.RequestedDeployments());
    }

    [Fact]
    public void A_destroyed_app_owns_nothing()
    {
        _store.AddBlob("app/sub", Name("blob"));
        Put("image", ["latest"], blobs: ["blob"], deploy: "latest");
        _apps.Delete("app");
        Assert.Empty(Owned());
        Assert.Empty(_store.Repositories());
        Assert.Empty(_store.RequestedDeployments());
    }

    private Digest Name(string text)
    {
        var digest = Digest.Compute(System.Text.Encoding.UTF8.GetBytes(text));
        _names[digest] = text;
        return digest;
    }

    private void Put(string name, string[] tags, string[]? blobs = null, string[]? manifests = null, string? subject = null, string? deploy = null) => _store.AddManifest(
        "app",
        Name(name),
        1,
        new ManifestLinks(
            MediaTypes.Manifest, null, [.. (blobs ?? []).Select(Describe)], [.. (manifests ?? []).Select(Describe)], subject is null ? null : Describe(subject), null),
        tags,
        deploy);

    private Descriptor Describe(string name) => new() { MediaType = MediaTypes.Layer, Digest = Name(name), Size = 1 };

    private void Pass(int hours) => _clock.Now += TimeSpan.FromHours(hours);

    private IEnumerable<string> Owned() => _store.Owned().Select(digest => _names[digest]).Order(StringComparer.Ordinal);

    private sealed class Clock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch.AddYears(56);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
