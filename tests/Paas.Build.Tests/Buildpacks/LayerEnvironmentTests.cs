using Paas.Launch.Environments;

namespace Paas.Build.Tests.Buildpacks;

public sealed class LayerEnvironmentTests
{
    [Fact]
    public void Layer_paths_are_in_front_ascending_by_name_and_later_buildpacks_before_earlier_ones()
    {
        var env = new Dictionary<string, string> { ["PATH"] = "/usr/bin" };
        LayerEnvironment.Apply(env, EnvironmentPhase.Build, [Layer("b", ["bin", "include"]), Layer("a", ["bin", "lib", "pkgconfig"])]);
        LayerEnvironment.Apply(env, EnvironmentPhase.Build, [Layer("z", ["bin"])]);
        Assert.Equal("/l/z/bin:/l/a/bin:/l/b/bin:/usr/bin", env["PATH"]);
        Assert.Equal("/l/a/lib", env["LD_LIBRARY_PATH"]);
        Assert.Equal("/l/a/lib", env["LIBRARY_PATH"]);
        Assert.Equal("/l/b/include", env["CPATH"]);
        Assert.Equal("/l/a/pkgconfig", env["PKG_CONFIG_PATH"]);
    }

    [Fact]
    public void At_launch_only_programs_and_shared_libraries_count()
    {
        var env = new Dictionary<string, string>();
        LayerEnvironment.Apply(env, EnvironmentPhase.Launch, [Layer("a", ["bin", "lib", "include", "pkgconfig"])]);
        Assert.Equal(["LD_LIBRARY_PATH", "PATH"], env.Keys.Order());
    }

    [Theory]
    [InlineData("", "V=new", "V", "new")]
    [InlineData("V=old", "V=new", "V", "new")]
    [InlineData("V=old", "V.override=new", "V", "new")]
    [InlineData("V=old", "V.default=new", "V", "old")]
    [InlineData("V=", "V.default=new", "V", "new")]
    [InlineData("", "V.default=new", "V", "new")]
    [InlineData("V=old", "V.append=new", "V", "oldnew")]
    [InlineData("V=old", "V.append=new V.delim=:", "V", "old:new")]
    [InlineData("V=old", "V.prepend=new V.delim=:", "V", "new:old")]
    [InlineData("", "V.prepend=new V.delim=:", "V", "new")]
    [InlineData("V=old", "V.unheard=new", "V", "old")]
    public void Files_change_variables_by_their_suffix(string before, string files, string variable, string expected)
    {
        var env = Pairs(before).ToDictionary(pair => pair.Name, pair => pair.Value);
        LayerEnvironment.Apply(env, EnvironmentPhase.Build, [Layer("a", [], [.. Pairs(files).Select(pair => new EnvironmentFile(pair.Name, pair.Value))])]);
        Assert.Equal(expected, env[variable]);
    }

    [Fact]
    public void Within_a_layer_the_phase_s_files_are_stronger_and_between_layers_the_later()
    {
        var env = new Dictionary<string, string>();
        LayerEnvironment.Apply(
            env,
            EnvironmentPhase.Launch,
            [
                new LayerEnvironment("b", "/l/b", [], [[new("V", "b")], [new("D.default", "b")]]),
                new LayerEnvironment("a", "/l/a", [], [[new("V", "a"), new("W", "env")], [new("W", "env.launch"), new("D.default", "a")]]),
            ]);
        Assert.Equal("b", env["V"]);
        Assert.Equal("env.launch", env["W"]);
        Assert.Equal("a", env["D"]);
    }

    private static LayerEnvironment Layer(string name, string[] directories, params EnvironmentFile[] files) =>
        new(name, "/l/" + name, directories, [files]);

    private static IEnumerable<(string Name, string Value)> Pairs(string text) => text
        .Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2)).Select(pair => (pair[0], pair[1]));
}
