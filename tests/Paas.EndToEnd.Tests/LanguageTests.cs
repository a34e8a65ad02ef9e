using System.Net;
using Paas.Testing;
using Paas.Testing.Servers;
using Xunit.Abstractions;

namespace Paas.EndToEnd.Tests;

/// <summary>The sample of each language is pushed, answers, and is pushed again with a line changed: from the cache. Where its registry is not there, a third push says so.</summary>
[Collection(ServerCollection.Name)]
public sealed class LanguageTests(ServerFixture fixture, ITestOutputHelper output)
{
    /// <summary>
    /// Sample, a file of it, a text there that is shown, kind of app, what is said of the cache, what a second push must not run, and the package URL of
    /// something that it is made of.
    /// </summary>
    public static TheoryData<string, string, string, string, string, string, string> Samples => new()
    {
        { "apt", "server.pl", "Hello from Debian", "Procfile", "packages from the cache", "Downloading", "launch/paas_apt/packages pkg:deb/debian/cowsay@" },
        { "node", "server.js", "\"Hello", "Node.js", "Using node_modules from the cache", "npm ci", "launch/paas_nodejs/modules pkg:npm/express@5." },
        { "python", "app.py", "on Python", "Python", "Using the packages from the cache", "pip install", "launch/paas_python/venv pkg:pypi/greeting@1.0.0" },
        { "go", "main.go", "(\"Go", "Go", "packages from the cache", "Downloading", "launch/paas_go/programs pkg:golang/example.com/greeting@v1.0.0" },
        { "php", "public/index.php", "('PHP", "PHP", "packages from the cache", "Downloading", "launch/paas_php pkg:composer/example/greeting@1.0.0" },
        { "rust", "src/main.rs", "(\"Rust", "Rust", "packages from the cache", "Downloading", "launch/paas_rust/programs pkg:cargo/greeting@1.0.0" },
        { "ruby", "web.rb", "\"Ruby", "Ruby", "Using the gems from the cache", "bundle install", "launch/paas_ruby/gems pkg:gem/greeting@1.0.0" },
        { "java", "src/main/java/com/example/hello/Server.java", "\"Java", "Java", "packages from the cache", "Downloading", "launch/paas_java pkg:maven/com.example/hello@1.0" },
    };

    /// <summary>Sample, the variable that names its registry, the host that is not there, a file of it, and what is replaced there so that something has to be fetched.</summary>
    private static readonly Dictionary<string, (string Variable, string Host, string File, string Old, string New)> Registries = new()
    {
        ["python"] = ("PIP_INDEX_URL", "pypi.invalid", "requirements.txt", "--no-index", "requests==2.32.0"),
        ["java"] = ("MAVEN_MIRROR_URL", "maven.invalid", "pom.xml", "file:///layers/paas_apt/packages/usr/share/maven-repo", "https://repo.maven.apache.org/maven2"),
    };

    [RootTheory]
    [MemberData(nameof(Samples))]
    public async Task A_sample_answers_and_a_changed_line_is_built_from_the_cache(string sample, string file, string shown, string kind, string cached, string spared, string made)
    {
        await using var app = await AppCheckout.CreateAsync(fixture.Server, sample, $"{sample}-sample");
        var first = await PushAsync(app);
        Assert.Contains($"-----> {kind} app detected", first.Stderr, StringComparison.Ordinal);
        var answer = await app.GetAsync();
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.StartsWith("Hello from ", answer.Body, StringComparison.Ordinal);
        var bills = await BillsAsync(app, 1, made);

        app.Replace(file, shown, $"{shown} again");
        // A way back, to what was there before the last build, is a change as any other.
        await app.CommitOldAsync("Say it again");
        var second = await PushAsync(app);
        Assert.Contains(cached, second.Stderr, StringComparison.Ordinal);
        Assert.DoesNotContain(spared, second.Stderr, StringComparison.Ordinal);
        Assert.Contains(" again", (await app.GetAsync()).Body, StringComparison.Ordinal);
        Assert.Equal(bills, await BillsAsync(app, 2, made));
        if (sample == "go")
        {
            await app.CommitAsync("Nothing");
            Assert.Contains("Nothing changed since v2; its image is taken", (await PushAsync(app)).Stderr, StringComparison.Ordinal);
            Assert.Equal(bills, await BillsAsync(app, 3, made));
        }

        if (Registries.TryGetValue(sample, out var registry)) await AskWhatIsNotThereAsync(app, registry);
    }

    /// <summary>The bill that has what the sample is made of: in the same bytes in each build of the same.</summary>
    private async Task<string> BillsAsync(AppCheckout app, int build, string made)
    {
        var (place, purl) = made.Split(' ') is [var directory, var wanted] ? (directory, wanted) : throw new ArgumentException(made);
        using var bills = new TemporaryDirectory();
        (await app.PaasAsync("builds:sbom", $"{build}", "-o", bills.Path)).Succeeded();
        var bill = await File.ReadAllTextAsync(bills.Combine(place, "sbom.cdx.json"));
        output.WriteLine(bill);
        Assert.Contains($"\"purl\":\"{purl}", bill, StringComparison.Ordinal);
        return bill;
    }

    // A registry that cannot be reached is named, with the variable that names another; what was live goes on.
    private async Task AskWhatIsNotThereAsync(AppCheckout app, (string Variable, string Host, string File, string Old, string New) registry)
    {
        (await app.PaasAsync("config:set", $"{registry.Variable}=https://{registry.Host}/simple")).Succeeded();
        app.Replace(registry.File, registry.Old, registry.New);
        await app.CommitAsync("Ask for more");
        var third = await app.PushAsync();
        output.WriteLine(third.Output);
        Assert.NotEqual(0, third.ExitCode);
        Assert.Contains($"{registry.Host} cannot be reached from this server", third.Stderr, StringComparison.Ordinal);
        Assert.Contains($"paas config:set {registry.Variable}=", third.Stderr, StringComparison.Ordinal);
        Assert.Contains(" again", (await app.GetAsync()).Body, StringComparison.Ordinal);
    }

    private async Task<CommandResult> PushAsync(AppCheckout app)
    {
        var push = await app.PushAsync();
        output.WriteLine(push.Output);
        return push.Succeeded();
    }
}
