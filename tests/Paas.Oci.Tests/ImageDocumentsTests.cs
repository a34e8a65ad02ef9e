using System.Text;
using Paas.Oci.Images;

namespace Paas.Oci.Tests;

/// <summary>What the image-spec's schemas allow is read, what they forbid is refused, what we do not know is kept.</summary>
public sealed class ImageDocumentsTests
{
    private const string A = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    private const string Config = $$$"""{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{{{A}}}","size":7}""";
    private const string Layer = $$$"""{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"{{{A}}}","size":9}""";

    [Fact]
    public void A_manifest_is_read_and_written_again()
    {
        const string Json = $$$"""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{{{Config}}},"layers":[{{{Layer}}}],"annotations":{"a":"b"},"future":{"x":[1,null]}}""";
        var manifest = ImageDocuments.ParseManifest(Utf8(Json));
        Assert.Equal(9, Assert.Single(manifest.Layers).Size);
        Assert.Equal(Json, Encoding.UTF8.GetString(ImageDocuments.Serialize(manifest)));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"schemaVersion":2""")]
    [InlineData($$$"""{"schemaVersion":1,"config":{{{Config}}},"layers":[{{{Layer}}}]}""")]
    [InlineData($$$"""{"schemaVersion":2,"config":{{{Config}}},"layers":[]}""")]
    [InlineData($$$"""{"schemaVersion":2,"config":{{{Config}}}}""")]
    [InlineData($$$"""{"schemaVersion":2,"config":null,"layers":[{{{Layer}}}]}""")]
    [InlineData($$$"""{"schemaVersion":2,"config":{{{Config}}},"layers":[null]}""")]
    [InlineData($$$"""{"schemaVersion":2,"layers":[{{{Layer}}}]}""")]
    [InlineData($$$"""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","config":{{{Config}}},"layers":[{{{Layer}}}]}""")]
    [InlineData($$$"""{"schemaVersion":"2","config":{{{Config}}},"layers":[{{{Layer}}}]}""")]
    public void What_is_no_manifest_is_refused(string json) =>
        Assert.Throws<OciFormatException>(() => ImageDocuments.ParseManifest(Utf8(json)));

    [Theory]
    [InlineData("text/plain", A, "1", true)]
    [InlineData("application/vnd.x+y.z-1", A, "0", true)]
    [InlineData("application/x", A, "9223372036854775807", true)]
    [InlineData("application", A, "1", false)]
    [InlineData("application/", A, "1", false)]
    [InlineData("/json", A, "1", false)]
    [InlineData(".app/json", A, "1", false)]
    [InlineData("application/js on", A, "1", false)]
    [InlineData("application/x/y", A, "1", false)]
    [InlineData("text/plain", "sha256:short", "1", false)]
    [InlineData("text/plain", "", "1", false)]
    [InlineData("text/plain", A, "-1", false)]
    [InlineData("text/plain", A, "1.5", false)]
    [InlineData("text/plain", A, "9223372036854775808", false)]
    [InlineData("text/plain", A, "\"1\"", false)]
    public void Descriptors_follow_the_schema(string mediaType, string digest, string size, bool valid)
    {
        var json = Utf8($$$"""{"mediaType":"{{{mediaType}}}","digest":"{{{digest}}}","size":{{{size}}}}""");
        if (valid) Assert.Equal(mediaType, ImageDocuments.ParseDescriptor(json).MediaType);
        else Assert.Throws<OciFormatException>(() => ImageDocuments.ParseDescriptor(json));
    }

    [Theory]
    [InlineData("mediaType")]
    [InlineData("digest")]
    [InlineData("size")]
    public void A_descriptor_needs_all_its_three_members(string missing)
    {
        var node = System.Text.Json.Nodes.JsonNode.Parse(Layer)!.AsObject();
        node.Remove(missing);
        Assert.Throws<OciFormatException>(() => ImageDocuments.ParseDescriptor(Utf8(node.ToJsonString())));
    }

    [Fact]
    public void An_index_is_read_with_its_platforms()
    {
        const string Json = $$$"""{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"{{{A}}}","size":5,"platform":{"architecture":"arm64","os":"linux","os.version":"5","os.features":["f"],"variant":"v8"}}]}""";
        var index = ImageDocuments.ParseIndex(Utf8(Json));
        Assert.Equal(("arm64", "linux", "v8"), (index.Manifests[0].Platform!.Architecture, index.Manifests[0].Platform!.Os, index.Manifests[0].Platform!.Variant));
        Assert.Equal(Json, Encoding.UTF8.GetString(ImageDocuments.Serialize(index)));
        Assert.True(ImageDocuments.IsIndex(Utf8(Json)));
        Assert.False(ImageDocuments.IsIndex(Utf8("{}")));
    }

    [Theory]
    [InlineData("""{"schemaVersion":2}""")]
    [InlineData("""{"schemaVersion":2,"manifests":null}""")]
    [InlineData("""{"schemaVersion":3,"manifests":[]}""")]
    [InlineData("""{"schemaVersion":2,"manifests":{}}""")]
    [InlineData($$$"""{"schemaVersion":2,"manifests":[{"mediaType":"a/b","digest":"{{{A}}}","size":5,"platform":{"os":"linux"}}]}""")]
    public void What_is_no_index_is_refused(string json) =>
        Assert.Throws<OciFormatException>(() => ImageDocuments.ParseIndex(Utf8(json)));

    [Fact]
    public void A_configuration_is_read_and_written_again_with_what_we_do_not_know()
    {
        const string Json = $$$"""{"created":"2024-01-02T03:04:05Z","architecture":"amd64","os":"linux","config":{"User":"1000:1000","ExposedPorts":{"80/tcp":{}},"Env":["PATH=/bin","EMPTY="],"Entrypoint":["/init"],"Cmd":["-x"],"WorkingDir":"/w","Labels":{"l":"v"},"StopSignal":"SIGINT","Healthcheck":{"Test":["NONE"]}},"rootfs":{"type":"layers","diff_ids":["{{{A}}}"]},"history":[{"created":"2024-01-02T03:04:05Z","created_by":"x","empty_layer":true}],"moby":1}""";
        var config = ImageDocuments.ParseConfig(Utf8(Json));
        Assert.Equal("1000:1000", config.Config!.User);
        Assert.True(config.History![0].EmptyLayer);
        Assert.True(System.Text.Json.Nodes.JsonNode.DeepEquals(
            System.Text.Json.Nodes.JsonNode.Parse(Json.Replace("05Z", "05+00:00", StringComparison.Ordinal)),
            System.Text.Json.Nodes.JsonNode.Parse(ImageDocuments.Serialize(config))));
    }

    [Theory]
    [InlineData("""{"os":"linux","rootfs":{"type":"layers","diff_ids":[]}}""")]
    [InlineData("""{"architecture":"amd64","rootfs":{"type":"layers","diff_ids":[]}}""")]
    [InlineData("""{"architecture":"amd64","os":"linux"}""")]
    [InlineData("""{"architecture":"amd64","os":"linux","rootfs":{"type":"other","diff_ids":[]}}""")]
    [InlineData("""{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":["x"]}}""")]
    [InlineData("""{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":null}}""")]
    [InlineData("""{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]},"config":{"Env":["NOVALUE"]}}""")]
    [InlineData("""{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]},"config":{"Env":"A=B"}}""")]
    [InlineData("""{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]},"created":"yesterday"}""")]
    public void What_is_no_configuration_is_refused(string json) =>
        Assert.Throws<OciFormatException>(() => ImageDocuments.ParseConfig(Utf8(json)));

    [Fact]
    public void Absent_and_null_lists_of_a_configuration_are_the_same()
    {
        var config = ImageDocuments.ParseConfig(Utf8("""{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]},"config":{"Entrypoint":null,"Cmd":null,"Labels":null,"Volumes":null}}"""));
        Assert.Null(config.Config!.Entrypoint);
        Assert.Null(config.Config.Labels);
    }

    [Theory]
    [InlineData("""{"imageLayoutVersion":"1.0.0"}""", true)]
    [InlineData("""{"imageLayoutVersion":"2.0.0"}""", false)]
    [InlineData("{}", false)]
    public void Only_the_layout_version_we_know_is_read(string json, bool valid)
    {
        if (valid) Assert.Equal("1.0.0", ImageDocuments.ParseLayout(Utf8(json)).ImageLayoutVersion);
        else Assert.Throws<OciFormatException>(() => ImageDocuments.ParseLayout(Utf8(json)));
    }

    private static byte[] Utf8(string json) => Encoding.UTF8.GetBytes(json);
}
