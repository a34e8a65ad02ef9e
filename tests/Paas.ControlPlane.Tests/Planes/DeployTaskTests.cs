using Paas.Contracts.Api;

namespace Paas.ControlPlane.Tests.Planes;

/// <summary>The Procfile's <c>release</c> and what <c>app.json</c> asks for.</summary>
public sealed class DeployTaskTests : PlaneTest
{
    [Fact]
    public async Task The_release_task_runs_in_the_new_release_before_it_serves()
    {
        await CreateAsync("hello");
        var (lines, result) = await PushAsync("hello", "web: listen\nrelease: migrate");
        Assert.Equal(BuildStatus.Succeeded, result.Status);
        var said = lines.IndexOf("       release.1 /bin/bash -c migrate GREETING=");
        Assert.InRange(said, lines.IndexOf("-----> Running the release task") + 1, lines.IndexOf("-----> Deploying v1") - 1);
        Assert.Equal(["web.1"], (await InstancesAsync("hello")).Select(instance => instance.Name));
    }

    [Fact]
    public async Task A_release_task_that_fails_leaves_everything_as_it_was()
    {
        await CreateAsync("hello");
        await PushAsync("hello", "web: listen");
        var (lines, result) = await PushAsync("hello", "web: listen\nrelease: fail");
        Assert.Equal((BuildStatus.Failed, "The release task ended with exit status 3"), (result.Status, result.Error));
        Assert.Contains(" !     The release task ended with exit status 3", lines);
        Assert.Equal([1], (await Platform.ListReleasesAsync("hello", CancellationToken.None)).Select(release => release.Version));
    }

    [Fact]
    public async Task The_manifest_sets_what_is_not_set_and_its_scripts_run_around_the_deployment()
    {
        const string Manifest = """
            {
              "env": { "SECRET": { "generator": "secret" }, "GREETING": "hello", "MODE": { "value": "fast" }, "LATER": { "required": false } },
              "formation": { "web": { "quantity": 2 }, "none": { "quantity": 9 } },
              "scripts": { "postdeploy": "seed", "dokku": { "predeploy": "check", "postdeploy": "fail" } }
            }
            """;
        await CreateAsync("hello");
        await SetAsync("MODE", "slow");
        var (lines, result) = await PushBothAsync("hello", Manifest, "web: listen");
        Assert.Equal(BuildStatus.Succeeded, result.Status);
        Assert.Contains("-----> app.json sets SECRET, GREETING", lines);
        string[] order = ["       predeploy.1 /bin/bash -c check GREETING=hello", "-----> Deploying v1", "       postdeploy.1 /bin/bash -c seed GREETING=hello"];
        Assert.Equal(order.Select(line => lines.IndexOf(line)).Order(), order.Select(line => lines.IndexOf(line)));
        Assert.DoesNotContain(-1, order.Select(line => lines.IndexOf(line)));
        Assert.Contains(" !     The postdeploy task ended with exit status 3; v1 serves all the same.", lines);
        Assert.Equal(["web.1", "web.2"], (await InstancesAsync("hello")).Select(instance => instance.Name).Order());
        var config = (await Platform.GetConfigAsync("hello", CancellationToken.None)).Vars;
        Assert.Equal(("hello", "slow", 64), (config["GREETING"], config["MODE"], config["SECRET"].Length));

        var (again, _) = await PushBothAsync("hello", Manifest, "web: listen\n");
        Assert.DoesNotContain("       postdeploy.1 /bin/bash -c seed GREETING=hello", again);
        Assert.Equal(config["SECRET"], (await Platform.GetConfigAsync("hello", CancellationToken.None)).Vars["SECRET"]);
    }

    [Fact]
    public async Task What_the_manifest_requires_is_asked_for_by_name_before_anything_is_built()
    {
        await CreateAsync("hello");
        var (lines, result) = await PushBothAsync("hello", "{ \"env\": {\n \"API_KEY\": { \"description\": \"from the console\" } } }", "web: listen");
        Assert.Equal((BuildStatus.Failed, "app.json line 2: API_KEY is required and not set"), (result.Status, result.Error));
        Assert.Contains(" !     paas config:set -a hello API_KEY=..., then push again.", lines);
        Assert.Contains(" !     API_KEY: from the console", lines);
        Assert.Empty(Builder.Builds);
        await SetAsync("API_KEY", "1");
        Assert.Equal(BuildStatus.Succeeded, (await PushBothAsync("hello", "{ \"env\": { \"API_KEY\": {} } }", "web: listen")).Result.Status);
    }

    private Task<ReleaseDocument?> SetAsync(string name, string value) =>
        Platform.ChangeConfigAsync("hello", new ConfigChange(new Dictionary<string, string?> { [name] = value }), CancellationToken.None);
}
