using Paas.Testing;

namespace Paas.Build.Tests.Buildpacks;

/// <summary>Which package indexes pip is told of for what uv and Poetry name.</summary>
public sealed class PythonIndexTests
{
    private const string PyPI = "https://pypi.org/simple";

    [Theory]
    [InlineData("[]", "")]
    [InlineData("[{'name': 'own', 'url': 'https://own/'}]", $"{PyPI} https://own/")]
    [InlineData("[{'name': 'own', 'url': 'https://own/', 'explicit': True}]", $"{PyPI} https://own/")]
    [InlineData("[{'name': 'a', 'url': 'https://a/'}, {'name': 'b', 'url': 'https://b/', 'default': True}]", "https://b/ https://a/")]
    public async Task Uv_asks_PyPI_unless_an_index_is_the_default(string indexes, string expected) => Assert.Equal(expected, await AskAsync("of_uv", indexes));

    [Theory]
    [InlineData("[]", "")]
    [InlineData("[{'name': 'own', 'url': 'https://own/'}]", "https://own/")]
    [InlineData("[{'name': 'own', 'url': 'https://own/', 'priority': 'primary'}]", "https://own/")]
    [InlineData("[{'name': 'own', 'url': 'https://own/', 'priority': 'default'}]", "https://own/")]
    [InlineData("[{'name': 'own', 'url': 'https://own/', 'priority': 'supplemental'}]", $"{PyPI} https://own/")]
    [InlineData("[{'name': 'own', 'url': 'https://own/', 'priority': 'explicit'}]", $"{PyPI} https://own/")]
    [InlineData("[{'name': 'own', 'url': 'https://own/', 'secondary': True}]", $"{PyPI} https://own/")]
    [InlineData("[{'name': 'a', 'url': 'https://a/', 'priority': 'explicit'}, {'name': 'b', 'url': 'https://b/'}]", "https://b/ https://a/")]
    [InlineData("[{'name': 'own', 'url': 'https://own/'}, {'name': 'PyPI'}]", $"https://own/ {PyPI}")]
    [InlineData("[{'name': 'pypi', 'priority': 'explicit'}]", PyPI)]
    public async Task Poetry_asks_PyPI_unless_a_source_is_primary(string sources, string expected) => Assert.Equal(expected, await AskAsync("of_poetry", sources));

    private static async Task<string> AskAsync(string function, string named)
    {
        var command = new Command("python3", "-B", "-c", $"import indexes; print(*indexes.{function}({named}))") { Directory = Path.Combine(Repository.Root, "buildpacks/python/lib") };
        return (await command.RunAsync()).Succeeded().Stdout.TrimEnd('\n');
    }
}
