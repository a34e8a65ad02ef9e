using Paas.Build.Choosing;
using Paas.Build.Lifecycle;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;
using Paas.Testing;

namespace Paas.ControlPlane.Tests.Planes;

public sealed class BuildpackTests : PlaneTest
{
    private IBuildpacks Buildpacks => Plane.Get<IBuildpacks>();

    public override async Task InitializeAsync()
    {
        await base.InitializeAsync();
        await Plane.DisposeAsync();
        // Its buildpacks are those of the platform.
        Options = Options with { ProgramsDirectory = Repository.Root };
        Plane = await Plane.StartAsync(Options, Node, Builder);
    }

    [Fact]
    public async Task Buildpacks_that_were_set_build_from_then_on_until_the_app_is_gone()
    {
        await CreateAsync("hello");
        await PushAsync("hello", "web: listen");
        Assert.Empty(Builder.Builds[^1].Buildpacks);
        await SetAsync("nodejs", "./mine", "https://example.com/x.git#v1", "/opt/mine");
        await PushAsync("hello", "web: listen\nclock: tick");
        Assert.Equal(
            [BuildpackSourceKind.Id, BuildpackSourceKind.Directory, BuildpackSourceKind.Address, BuildpackSourceKind.Host],
            Builder.Builds[^1].Buildpacks.Select(one => one.Kind));
        Assert.Equal((new string('a', 40), "main"), (Builder.Builds[^1].Commit, Builder.Builds[^1].Branch));

        await Platform.DestroyAppAsync("hello", CancellationToken.None);
        await CreateAsync("hello");
        Assert.Empty((await Buildpacks.GetBuildpacksAsync("hello", CancellationToken.None)).Buildpacks);
    }

    [Theory]
    [InlineData("there is no buildpack 'cobol'", "cobol")]
    [InlineData("neither the address", "a b")]
    [InlineData("is there twice", "nodejs", "nodejs")]
    [InlineData("no name and password", "https://me:secret@example.com/x")]
    public async Task What_cannot_build_is_refused_and_nothing_is_changed(string reason, params string[] buildpacks)
    {
        await CreateAsync("hello");
        await SetAsync("go");
        var error = await Assert.ThrowsAsync<PaasException>(() => SetAsync(buildpacks));
        Assert.Equal(ErrorCode.InvalidRequest, error.Code);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Equal(["go"], (await Buildpacks.GetBuildpacksAsync("hello", CancellationToken.None)).Buildpacks);
    }

    [Fact]
    public async Task What_a_build_found_out_about_buildpacks_is_kept_without_secrets()
    {
        await CreateAsync("hello");
        await Platform.ChangeConfigAsync("hello", new ConfigChange(new Dictionary<string, string?> { ["KEY"] = "top-secret-value" }, ["KEY"]), CancellationToken.None);
        var asked = new DetectedBuildpack("paas/go", "0.1.0", "Go", 0, "go.mod with top-secret-value", ["top-secret-value"]);
        Builder.Report = new DetectReport(
            "project.toml",
            [asked with { TakesPart = true }, asked with { Id = "b", Reason = null }, asked with { Id = "c", ExitStatus = 100 }, asked with { Id = "d", ExitStatus = 3 }],
            ["paas/go 0.1.0"], ["b requires 'x', which nothing provides"], ["go.mod for a Go app"]);
        var (_, result) = await PushAsync("hello", "web: listen");
        var why = await Buildpacks.ExplainBuildAsync("hello", result.Build, CancellationToken.None);
        Assert.Equal(("project.toml", null), (why.ChosenBy, why.Dockerfile));
        Assert.Equal([BuildpackAnswer.TookPart, BuildpackAnswer.NotNeeded, BuildpackAnswer.DoesNotFit, BuildpackAnswer.Failed], why.Asked.Select(one => one.Answer));
        Assert.Equal("paas/go", why.Asked[0].Id);
        Assert.All(why.Asked, one => Assert.DoesNotContain("top-secret", $"{one.Reason} {string.Join(' ', one.Output)}", StringComparison.Ordinal));
        Assert.Equal(Builder.Report.Problems, why.Problems);
        Assert.Equal(Builder.Report.Wants, why.Wants);

        Builder.Report = null;
        (_, result) = await PushAsync("hello", "web: listen\nclock: tick");
        Assert.Contains("before any buildpack was asked", (await Assert.ThrowsAsync<PaasException>(() => Buildpacks.ExplainBuildAsync("hello", result.Build, CancellationToken.None))).Message, StringComparison.Ordinal);
        Assert.Contains("no build 99", (await Assert.ThrowsAsync<PaasException>(() => Buildpacks.ExplainBuildAsync("hello", 99, CancellationToken.None))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bills_of_materials_are_read_from_what_is_kept_of_a_build_and_nothing_else_is()
    {
        await CreateAsync("hello");
        var (_, result) = await PushAsync("hello", "web: listen");
        Assert.Empty(await Buildpacks.ListBillsAsync("hello", result.Build, CancellationToken.None));
        var kept = Builder.Builds[^1].BillsDirectory!;
        System.IO.Directory.CreateDirectory(Path.Combine(kept, "launch", "me_pack"));
        await File.WriteAllTextAsync(Path.Combine(kept, "launch", "me_pack", "sbom.spdx.json"), "{ }");
        var bill = Assert.Single(await Buildpacks.ListBillsAsync("hello", result.Build, CancellationToken.None));
        Assert.Equal(new BillOfMaterialsDocument("launch/me_pack/sbom.spdx.json", "application/spdx+json", 3), bill);
        using var content = new MemoryStream();
        await Buildpacks.ReadBillAsync("hello", result.Build, bill.Path, content, CancellationToken.None);
        Assert.Equal("{ }"u8.ToArray(), content.ToArray());
        foreach (var path in (string[])["launch/me_pack", "../output.log", "", "/etc/passwd"])
            Assert.Equal(ErrorCode.NotFound, (await Assert.ThrowsAsync<PaasException>(() => Buildpacks.ReadBillAsync("hello", result.Build, path, content, CancellationToken.None))).Code);
        Assert.Contains("no build 99", (await Assert.ThrowsAsync<PaasException>(() => Buildpacks.ListBillsAsync("hello", 99, CancellationToken.None))).Message, StringComparison.Ordinal);
    }

    private Task SetAsync(params string[] buildpacks) => Buildpacks.SetBuildpacksAsync("hello", new BuildpacksDocument(buildpacks), CancellationToken.None);
}
