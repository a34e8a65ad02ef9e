using System.IO.Compression;
using System.Net;
using Paas.Testing;

namespace Paas.Build.Tests.Apps;

/// <summary>PHP apps whose packages are those of the last build.</summary>
[Collection(BuildNodeCollection.Name)]
public sealed class PhpAppTests(BuildNode node)
{
    private const string Composer = """
        {
            "name": "example/app",
            "repositories": [{ "type": "artifact", "url": "archives" }, { "packagist.org": false }],
            "require": { %REQUIRE% },
            "config": { "allow-plugins": true },
            "autoload": { "classmap": ["src/"] },
            "scripts": { "post-install-cmd": "mkdir -p public/bundles && cp assets.txt public/bundles/" }
        }
        """;

    [RootFact]
    public async Task What_Composer_makes_of_the_app_s_own_files_is_made_in_each_build()
    {
        using var app = new TestApp(node);
        Archive(app, "greeting", """{ "name": "example/greeting", "version": "1.0.0" }""");
        Archive(app, "installers", """
            {
                "name": "example/installers", "version": "1.0.0", "type": "composer-plugin", "require": { "composer-plugin-api": "^2.0" },
                "autoload": { "classmap": ["Plugin.php"] }, "extra": { "class": "Plugin" }
            }
            """);
        app.Write("composer.json", Composer.Replace("%REQUIRE%", "\"example/greeting\": \"*\"", StringComparison.Ordinal));
        app.Write("assets.txt", "first");
        app.Write("src/First.php", "<?php class First {}");
        app.Write("public/vendor/horizon/app.js", "horizon");
        app.Write("public/index.php", "<?php require '../vendor/autoload.php'; echo json_encode([class_exists('First'), class_exists('Second')]);");
        // Without a lockfile Composer updates, and runs other scripts.
        app.Write("composer.lock", (await app.RunAsync(await app.BuildAsync(), null, "cat", "composer.lock")).Output);
        var outcome = await app.BuildAsync();
        Assert.Contains(app.Output, line => line.Contains("Installing example/greeting", StringComparison.Ordinal));
        Assert.Equal(("[true,false]", "first"), await AskAsync(app, outcome));

        app.Write("assets.txt", "second");
        app.Write("src/Second.php", "<?php class Second {}");
        outcome = await app.BuildAsync();
        Assert.Contains("       Using vendor from the cache: composer.json and composer.lock are unchanged", app.Output);
        Assert.DoesNotContain("Installing example/greeting", app.Text, StringComparison.Ordinal);
        Assert.Equal(("[true,true]", "second"), await AskAsync(app, outcome));

        File.Delete(Path.Combine(app.Source, "composer.lock"));
        // What such a plugin has put elsewhere does not come back with vendor.
        app.Write("composer.json", Composer.Replace("%REQUIRE%", "\"example/installers\": \"*\"", StringComparison.Ordinal));
        for (var build = 0; build < 2; build++)
        {
            await app.BuildAsync();
            Assert.Contains(app.Output, line => line.Contains("Installing example/installers", StringComparison.Ordinal));
        }

        // The app's own directory has files that are not for visitors.
        File.Delete(Path.Combine(app.Source, "public/index.php"));
        app.Write("index.php", "<?php echo 'root';");
        app.Write("vendored.txt", "seen");
        outcome = await app.BuildAsync();
        await app.RunAsync(outcome, "web", async client =>
        {
            Assert.Equal("root", await TestApp.GetAsync(client));
            Assert.Equal("seen", await TestApp.GetAsync(client, "/vendored.txt"));
            foreach (var hidden in (string[])["/vendor/composer/installed.json", "/vendor/autoload.php", "/composer.json"])
            {
                using var answer = await client.GetAsync(new Uri(hidden, UriKind.Relative));
                Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
            }
        });
    }

    /// <summary>The page and the asset, once more with one that lies in a directory vendor of the public one.</summary>
    private static async Task<(string Page, string Asset)> AskAsync(TestApp app, BuildOutcome outcome)
    {
        var answers = ("", "");
        await app.RunAsync(outcome, "web", async client =>
        {
            answers = (await TestApp.GetAsync(client), await TestApp.GetAsync(client, "/bundles/assets.txt"));
            Assert.Equal("horizon", await TestApp.GetAsync(client, "/vendor/horizon/app.js"));
        });
        return answers;
    }

    private static void Archive(TestApp app, string name, string composer)
    {
        app.Write($"archives/{name}.zip", "");
        using var archive = ZipFile.Open(Path.Combine(app.Source, $"archives/{name}.zip"), ZipArchiveMode.Update);
        foreach (var (entry, text) in ((string, string)[])
        [
            ("composer.json", composer),
            ("Plugin.php", """
                <?php
                class Plugin implements Composer\Plugin\PluginInterface {
                    public function activate(Composer\Composer $composer, Composer\IO\IOInterface $io) {}
                    public function deactivate(Composer\Composer $composer, Composer\IO\IOInterface $io) {}
                    public function uninstall(Composer\Composer $composer, Composer\IO\IOInterface $io) {}
                }
                """),
        ])
        {
            using var writer = new StreamWriter(archive.CreateEntry(entry).Open());
            writer.Write(text);
        }
    }
}
