using System.Text;
using Paas.Build.Manifests;

namespace Paas.Build.Tests.Manifests;

public sealed class AppManifestTests
{
    [Fact]
    public void All_that_means_something_is_read()
    {
        var manifest = Read("""
            {
              "name": "Shop", "addons": ["heroku-postgresql"],
              "env": { "A": "1", "B": { "description": "b", "value": "2", "required": false }, "C": { "generator": "secret" } },
              "formation": { "web": { "quantity": 2, "size": "basic" }, "worker": { "size": "basic" } },
              "scripts": { "postdeploy": "seed", "dokku": { "predeploy": "check", "postdeploy": "warm" } },
              "buildpacks": [{ "url": "heroku/ruby" }, { "url": "https://example.com/x" }],
              "cron": [{ "command": "tidy", "schedule": "@daily" }, { "command": "mail", "schedule": "*/5 8-17 * * mon-fri" }],
              "healthchecks": { "web": [{ "type": "startup", "name": "home", "path": "/", "attempts": 3, "timeout": 5, "wait": 2 }, { "uptime": 10 }] }
            }
            """);
        Assert.Equal(["A", "B", "C"], manifest.Env.Keys);
        Assert.Equal(("1", true), (manifest.Env["A"].Value, manifest.Env["A"].Required));
        Assert.Equal(("b", "2", false), (manifest.Env["B"].Description, manifest.Env["B"].Value, manifest.Env["B"].Required));
        Assert.True(manifest.Env["C"].IsGenerated);
        Assert.Equal(2, Assert.Single(manifest.Formation, pair => pair.Key == "web").Value);
        Assert.Single(manifest.Formation);
        Assert.Equal(("seed", "check", "warm"), (manifest.FirstDeploy, manifest.Predeploy, manifest.Postdeploy));
        Assert.Equal([("0 0 * * *", "tidy"), ("*/5 8-17 * * mon-fri", "mail")], manifest.Cron.Select(task => (task.Schedule.Text, task.Command)));
        Assert.Equal([(6, "heroku/ruby"), (6, "https://example.com/x")], manifest.Buildpacks.Select(one => (one.Line, one.Url)));
        Assert.Equal([("/", 3), (null, null)], manifest.HealthChecks["web"].Select(check => (check.Path, check.Attempts)));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("\uFEFF{ \"env\": null, \"scripts\": {} }")]
    public void What_is_not_there_is_empty(string text)
    {
        var manifest = Read(text);
        Assert.Empty(manifest.Env);
        Assert.Empty(manifest.Cron);
        Assert.Null(manifest.Predeploy);
    }

    [Theory]
    [InlineData("", "line 1: it is not JSON")]
    [InlineData("{\n \"env\": {,} }", "line 2: it is not JSON")]
    [InlineData("{} {}", "line 1: it is not JSON")]
    [InlineData("[]", "line 1: the document is an object")]
    [InlineData("{\n\"env\": []}", "line 2: env is an object")]
    [InlineData("{\n\"env\": {\n\"1A\": \"\"}}", "line 3: '1A' in env is not the name of a config var")]
    [InlineData("{\"env\": {\"A\": 1}}", "line 1: env.A is a text or an object")]
    [InlineData("{\"env\": {\"A\": {\"generator\": \"uuid\"}}}", "there is a generator 'secret' and none 'uuid'")]
    [InlineData("{\"formation\": {\n\"web\": {\n\"quantity\": -1}}}", "line 3: quantity is a whole number from 0 up")]
    [InlineData("{\"formation\": {\"web\": {\"quantity\": 1000}}}", "formation.web.quantity is at most 100")]
    [InlineData("{\"formation\": {\"we b\": {}}}", "'we b' is not a process type")]
    [InlineData("{\"cron\": [{\"command\": \"a\"}]}", "the cron task 'a' has no schedule")]
    [InlineData("{\"cron\": [\n{\"command\": \"a\",\n\"schedule\": \"61 * * * *\"}]}", "line 3: '61' is not a minute")]
    [InlineData("{\"healthchecks\": {\"web\": [{\"path\": \"up\"}]}}", "does not begin with /")]
    [InlineData("{\"healthchecks\": {\"web\": [\n{\"uptime\": 5, \"type\": \"liveness\"}]}}", "line 2: uptime is for startup checks")]
    [InlineData("{\"healthchecks\": {\"web\": [{\"path\": \"/\", \"attempts\": 100000, \"wait\": 100000}]}}", "a health check may take 3600 s at most")]
    [InlineData("{\"healthchecks\": {\"web\": [{\"path\": \"/\", \"httpHeaders\": [\n{\"name\": \"A b\", \"value\": \"\"}]}]}}", "line 2: an item of httpHeaders has a name")]
    [InlineData("{\"buildpacks\": [\n{\"url\": \"\"}]}", "line 2: a buildpack has no url")]
    [InlineData("{\"healthchecks\": {\"web\": [\n{\"path\": \"/\", \"uptime\": 1}]}}", "line 2: a health check has exactly one of")]
    [InlineData("{\"healthchecks\": {\"web\": [{\"type\": \"never\", \"path\": \"/\"}]}}", "'never' is no type of health check")]
    [InlineData("{\"healthchecks\": {\"web\": [{\"path\": \"/\", \"port\": 0}]}}", "0 is not a port")]
    public void What_is_wrong_is_said_with_its_line(string text, string message)
    {
        var error = Assert.Throws<BuildException>(() => Read(text));
        Assert.StartsWith("app.json line ", error.Message, StringComparison.Ordinal);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_it_is_it_is_read_or_refused()
    {
        var good = Encoding.UTF8.GetBytes("""{"env":{"A":{"value":"x","required":true}},"formation":{"web":{"quantity":1}},"cron":[{"command":"a","schedule":"1 2 3 4 5"}],"healthchecks":{"web":[{"path":"/"}]}}""");
        var random = new Random(5);
        for (var round = 0; round < 20_000; round++)
        {
            var text = (byte[])good.Clone();
            for (var i = random.Next(1, 4); i > 0; i--) text[random.Next(text.Length)] = (byte)"{}[],:\"0a1 \n\0\xff"[random.Next(13)];
            try
            {
                AppManifestReader.Read(text);
            }
            catch (BuildException error)
            {
                Assert.StartsWith("app.json line ", error.Message, StringComparison.Ordinal);
            }
        }
    }

    private static AppManifest Read(string text) => AppManifestReader.Read(Encoding.UTF8.GetBytes(text));
}
