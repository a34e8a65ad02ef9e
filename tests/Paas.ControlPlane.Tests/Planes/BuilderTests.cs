using Paas.Build;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;

namespace Paas.ControlPlane.Tests.Planes;

public sealed class BuilderTests : PlaneTest
{
    [Fact]
    public async Task The_builder_that_was_chosen_builds_from_then_on()
    {
        await CreateAsync("hello");
        await PushAsync("hello", "web: listen");
        Assert.Equal(BuilderKind.Automatic, Builder.Builds[^1].Builder);
        await Platform.SetBuilderAsync("hello", new BuilderDocument("dockerfile", "docker/Dockerfile"), CancellationToken.None);
        await PushAsync("hello", "web: listen\nclock: tick");
        Assert.Equal((BuilderKind.Dockerfile, "docker/Dockerfile"), (Builder.Builds[^1].Builder, Builder.Builds[^1].Dockerfile));
        Assert.Equal(new BuilderDocument("dockerfile", "docker/Dockerfile"), await Platform.GetBuilderAsync("hello", CancellationToken.None));
    }

    [Fact]
    public async Task A_directory_of_the_source_is_built_with_its_own_manifest()
    {
        await CreateAsync("hello");
        await Platform.SetBuilderAsync("hello", new BuilderDocument(BuildDir: "apps/web"), CancellationToken.None);
        var (lines, _) = await PushFilesAsync("hello", ("Procfile", "web: listen"), ("app.json", "{ \"env\": { \"A\": {} } }"), ("apps/web/app.json", "{ \"env\": { \"B\": \"1\" } }"));
        Assert.Equal("apps/web", Builder.Builds[^1].BuildDirectory);
        Assert.Contains("-----> app.json sets B", lines);
        var error = await Assert.ThrowsAsync<PaasException>(() => Platform.SetBuilderAsync("hello", new BuilderDocument(BuildDir: "apps/../.."), CancellationToken.None));
        Assert.Equal(ErrorCode.InvalidRequest, error.Code);
    }

    [Theory]
    [InlineData("herokuish", null)]
    [InlineData("dockerfile", "/etc/passwd")]
    [InlineData("dockerfile", "../Dockerfile")]
    public async Task A_builder_that_cannot_be_is_refused(string selected, string? path)
    {
        await CreateAsync("hello");
        var error = await Assert.ThrowsAsync<PaasException>(() => Platform.SetBuilderAsync("hello", new BuilderDocument(selected, path), CancellationToken.None));
        Assert.Equal(ErrorCode.InvalidRequest, error.Code);
    }

    [Fact]
    public async Task A_new_app_of_the_same_name_has_no_builder_of_the_old_one()
    {
        await CreateAsync("hello");
        await Platform.SetBuilderAsync("hello", new BuilderDocument("dockerfile"), CancellationToken.None);
        await Platform.DestroyAppAsync("hello", CancellationToken.None);
        await CreateAsync("hello");
        Assert.Equal(new BuilderDocument(), await Platform.GetBuilderAsync("hello", CancellationToken.None));
    }
}
