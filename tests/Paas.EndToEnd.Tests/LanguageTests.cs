using System.Net;
using Paas.Testing;
using Paas.Testing.Servers;
using Xunit.Abstractions;

namespace Paas.EndToEnd.Tests;

/// <summary>The sample of each language is pushed, answers, and is pushed again with a line changed: from the cache. Where its registry is not there, a third push says so.</summary>
[Collection(ServerCollection.Name)]
public sealed class LanguageTests(ServerFixture fixture, ITestOutputHelper output)
{
    /// <summary>Sample, a file of it, a text there that is shown, kind of app, what is said of the cache, and what a second push must not run.</summary>
    public static TheoryData<string, string, string, string, string, string> Samples => new()
    {
        { "apt", "server.pl", "Hello from Debian", "Procfile", "packages from the cache", "Downloading" },
        { "python", "app.py", "on Python", "Python", "Using the packages from the cache", "pip install" },
        { "go", "main.go", "(\"Go", "Go", "packages from the cache", "Downloading" },
        { "php", "public/index.php", "('PHP", "PHP", "packages from the cache", "Downloading" },
        { "rust", "src/main.rs", "(\"Rust", "Rust", "packages from the cache", "Downloading" },
        { "ruby", "web.rb", "\"Ruby", "Ruby", "Using the gems from the cache", "bundle install" },
        { "java", "src/main/java/com/example/hello/Server.java", "\"Java", "Java", "packages from the cache", "Downloading" },
    };

    /// <summary>Sample, the variable that names its registry, the host that is not there, a file of it, and what is replaced there so that something has to be fetched.</summary>
    private static readonly Dictionary<string, (string Variable, string Host, string File, string Old, string New)> Registries = new()
    {
        ["python"] = ("PIP_INDEX_URL", "pypi.invalid", "requirements.txt", "--no-index", "requests==2.32.0"),
        ["java"] = ("MAVEN_MIRROR_URL", "maven.invalid", "pom.xml", "file:///layers/paas_apt/packages/usr/share/maven-repo", "https://repo.maven.apache.org/maven2"),
    };

    [RootTheory]
    [MemberData(nameof(Samples))]
    public async Task A_sample_answers_and_a_changed_line_is_built_from_the_cache(string sample, string file, string shown, string kind, string cached, string spared)
    {
        await using var app = await AppCheckout.CreateAsync(fixture.Server, sample, $"{sample}-sample");
        var first = await PushAsync(app);
        Assert.Contains($"-----> {kind} app detected", first.Stderr, StringComparison.Ordinal);
        var answer = await app.GetAsync();
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.StartsWith("Hello from ", answer.Body, StringComparison.Ordinal);

        app.Replace(file, shown, $"{shown} again");
        await app.CommitAsync("Say it again");
        var second = await PushAsync(app);
        Assert.Contains(cached, second.Stderr, StringComparison.Ordinal);
        Assert.DoesNotContain(spared, second.Stderr, StringComparison.Ordinal);
        Assert.Contains(" again", (await app.GetAsync()).Body, StringComparison.Ordinal);
        if (Registries.TryGetValue(sample, out var registry)) await AskWhatIsNotThereAsync(app, registry);
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
