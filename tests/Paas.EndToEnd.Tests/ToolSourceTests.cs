using System.Net;
using Paas.Testing;
using Paas.Testing.Servers;
using Xunit.Abstractions;

namespace Paas.EndToEnd.Tests;

/// <summary>Samples of languages whose tools come from where a config var says; here from another host.</summary>
[Collection(ServerCollection.Name)]
public sealed class ToolSourceTests(ServerFixture fixture, ITestOutputHelper output)
{
    [RootFact]
    public async Task A_Gradle_project_is_built_by_its_wrapper_from_another_source_and_again_from_the_cache()
    {
        using var served = new TemporaryDirectory();
        await using var elsewhere = await Elsewhere.CreateAsync();
        using var server = elsewhere.Do(() => new HttpFileServer(served.Path, elsewhere.Address));
        var address = server.Address + GradleDistribution.FileName;
        GradleDistribution.Write(served.Path, address, "/layers/paas_java/gradle");
        await using var app = await AppCheckout.CreateAsync(fixture.Server, "gradle", "gradle-sample");
        GradleDistribution.WriteWrapper(app.PathOf("gradle/wrapper/gradle-wrapper.jar"));
        await app.CommitAsync("Add the wrapper");
        (await app.PaasAsync("config:set", $"GRADLE_DISTRIBUTION_URL={address}")).Succeeded();
        var first = await PushAsync(app);
        Assert.Contains("-----> Java app detected", first, StringComparison.Ordinal);
        Assert.Contains("./gradlew build -x check", first, StringComparison.Ordinal);
        await AnswersAsync(app, "Hello from Java 17");

        app.Replace("src/main/java/com/example/hello/Server.java", "\"Java", "\"Gradle on Java");
        await app.CommitAsync("Say more");
        Assert.DoesNotContain("Downloading", await PushAsync(app), StringComparison.Ordinal);
        await AnswersAsync(app, "Hello from Gradle on Java 17");
        Assert.Equal([200], server.Answers);

        (await app.PaasAsync("config:set", "GRADLE_DISTRIBUTION_URL=http://gradle.invalid/gradle-9-bin.zip")).Succeeded();
        await app.CommitAsync("From nowhere");
        var refused = await app.PushAsync();
        output.WriteLine(refused.Output);
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("Gradle itself cannot be fetched: gradle.invalid cannot be reached from this server", refused.Stderr, StringComparison.Ordinal);
        await AnswersAsync(app, "Hello from Gradle on Java 17");
    }

    [RootFact]
    public async Task A_dotnet_project_is_published_on_a_shared_runtime_and_then_self_contained_with_the_cached_SDK()
    {
        await using var elsewhere = await Elsewhere.CreateAsync();
        await using var server = elsewhere.Do(() => new DotnetSdkServer(elsewhere.Address));
        await using var app = await AppCheckout.CreateAsync(fixture.Server, "dotnet", "dotnet-sample");
        (await app.PaasAsync("config:set", $"DOTNET_SDK_URL={server.Address}")).Succeeded();
        var first = await PushAsync(app);
        Assert.Contains("-----> .NET app detected", first, StringComparison.Ordinal);
        Assert.Contains($"Downloading dotnet-sdk-{DotnetSdkServer.Version}-linux-x64.tar.gz", first, StringComparison.Ordinal);
        Assert.Contains("Runtime: Microsoft.AspNetCore.App ", first, StringComparison.Ordinal);
        await AnswersAsync(app, "Hello from .NET 10");

        app.Replace("Program.cs", "Hello", "Goodbye");
        app.Replace("Hello.csproj", "<Nullable>", "<RuntimeIdentifier>linux-x64</RuntimeIdentifier><SelfContained>true</SelfContained><InvariantGlobalization>true</InvariantGlobalization><Nullable>");
        await app.CommitAsync("Bring the runtime");
        var second = await PushAsync(app);
        Assert.Contains("Using the SDK from the cache", second, StringComparison.Ordinal);
        Assert.Contains("Runtime: the app brings its own", second, StringComparison.Ordinal);
        await AnswersAsync(app, "Goodbye from .NET 10");
        Assert.Equal(1, server.Downloads);
        using var bills = new TemporaryDirectory();
        (await app.PaasAsync("builds:sbom", "2", "-o", bills.Path)).Succeeded();
        Assert.Contains(
            "\"purl\":\"pkg:nuget/Microsoft.NETCore.App.Runtime.linux-x64@10.", await File.ReadAllTextAsync(bills.Combine("launch/paas_dotnet/sbom.cdx.json")), StringComparison.Ordinal);
    }

    private static async Task AnswersAsync(AppCheckout app, string expected)
    {
        var answer = await app.GetAsync();
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal(expected, answer.Body.TrimEnd());
    }

    private async Task<string> PushAsync(AppCheckout app)
    {
        var push = await app.PushAsync();
        output.WriteLine(push.Output);
        return push.Succeeded().Stderr;
    }
}
