namespace Paas.Build.Tests.Buildpacks;

public sealed class DotnetBuildpackTests
{
    private const string Web = "<Project Sdk=\"Microsoft.NET.Sdk.Web\"><PropertyGroup><TargetFramework>net8.0</TargetFramework></PropertyGroup></Project>";
    private const string Program = "<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup><OutputType>Exe</OutputType><TargetFrameworks>net8.0;net9.0</TargetFrameworks></PropertyGroup></Project>";
    private const string Library = "<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup><TargetFramework>net8.0</TargetFramework></PropertyGroup></Project>";
    private const string Tests = "<Project Sdk=\"Microsoft.NET.Sdk\"><PropertyGroup><OutputType>Exe</OutputType></PropertyGroup><ItemGroup><PackageReference Include=\"Microsoft.NET.Test.Sdk\" /></ItemGroup></Project>";

    public static TheoryData<string, string, string> Trees => new()
    {
        { "App.csproj=" + Web, "", "App.csproj, net8.0" },
        { "src/Lib/Lib.csproj=" + Library + "|src/App/App.csproj=" + Program + "|tests/T/T.csproj=" + Tests, "", "src/App/App.csproj, net9.0" },
        { "src/Web/Web.csproj=" + Web + "|src/Job/Job.csproj=" + Program, "", "src/Web/Web.csproj, net8.0" },
        { "src/Web/Web.csproj=" + Web + "|src/Job/Job.csproj=" + Program, "src/Job", "src/Job/Job.csproj, net9.0" },
        { "a/A.csproj=" + Program + "|b/B.csproj=" + Program, "", "several projects that are programs: a/A.csproj b/B.csproj" },
        { "Lib.csproj=" + Library + "|T/T.csproj=" + Tests, "", "no project that is a program" },
        { "App.csproj=" + Web, "Nothing.csproj", "DOTNET_PROJECT names Nothing.csproj" },
        { "App.csproj=" + Web.Replace("net8.0", "net48", StringComparison.Ordinal), "", "TargetFramework 'net48'" },
    };

    [Theory]
    [MemberData(nameof(Trees))]
    public async Task The_program_among_the_projects_is_published(string tree, string named, string expected)
    {
        using var shell = new BuildpackShell("dotnet");
        foreach (var file in tree.Split('|')) shell.Write(file[..file.IndexOf('=')], file[(file.IndexOf('=') + 1)..]);
        var (status, output) = await shell.RunAsync("layers project", "choose_project", ("DOTNET_PROJECT", named));
        Assert.Contains(expected, output, StringComparison.Ordinal);
        Assert.Equal(expected.Contains(", net", StringComparison.Ordinal) ? 0 : 1, status);
    }

    [Theory]
    [InlineData("http://127.0.0.1:9/dotnet", "the .NET SDK cannot be fetched: 127.0.0.1:9 cannot be reached", "DOTNET_SDK_URL=https://MIRROR/dotnet")]
    [InlineData("http://sdk.invalid/dotnet-sdk.tar.gz", "sdk.invalid cannot be reached", "Microsoft's layout")]
    public async Task An_SDK_that_cannot_be_had_is_told_with_its_server(string source, string cause, string next)
    {
        using var shell = new BuildpackShell("dotnet");
        var (status, output) = await shell.RunAsync("layers sdk", "channel=8.0; provide_sdk", ("DOTNET_SDK_URL", source));
        Assert.Equal(1, status);
        Assert.Contains(cause, output, StringComparison.Ordinal);
        Assert.Contains(next, output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PORT=5000", "http://*:5000")]
    [InlineData("PORT=5000 ASPNETCORE_HTTP_PORTS=8080", "")]
    [InlineData("PORT=5000 ASPNETCORE_URLS=http://+:1", "http://+:1")]
    public async Task The_port_is_the_platform_s_unless_the_app_says_another(string env, string expected)
    {
        using var shell = new BuildpackShell("dotnet");
        Assert.Equal((0, expected + "\n"), await shell.RunAsync("layers port", "echo \"${ASPNETCORE_URLS:-}\"", [.. env.Split(' ').Select(pair => (pair.Split('=')[0], pair.Split('=')[1]))]));
    }
}
