using Paas.Contracts.Errors;
using Paas.ControlPlane.Domain;

namespace Paas.ControlPlane.Tests.Rules;

public sealed class ConfigVarsTests
{
    private static readonly Dictionary<string, string> Current = new() { ["A"] = "1", ["B"] = "2" };

    [Fact]
    public void Null_removes_and_a_value_sets()
    {
        var changed = ConfigVars.Apply(Current, new Dictionary<string, string?> { ["A"] = null, ["B"] = "3", ["_c9"] = "a\nb=c" });
        Assert.Equal(new Dictionary<string, string> { ["B"] = "3", ["_c9"] = "a\nb=c" }, changed);
    }

    [Theory]
    [InlineData("")]
    [InlineData("1A")]
    [InlineData("A-B")]
    [InlineData("A B")]
    [InlineData("A=")]
    [InlineData("A\n")]
    [InlineData("PORT")]
    [InlineData("PAAS_APP")]
    public void Bad_names(string name) => Assert.Equal(
        ErrorCode.InvalidRequest,
        Assert.Throws<PaasException>(() => ConfigVars.Apply(Current, new Dictionary<string, string?> { [name] = "x" })).Code);

    [Theory]
    [InlineData("a\0b")]
    [InlineData(null)]
    public void Bad_values(string? value) => Assert.Equal(
        ErrorCode.InvalidRequest,
        Assert.Throws<PaasException>(() => ConfigVars.Apply(Current, new Dictionary<string, string?> { ["X"] = value ?? new string('x', 100_000) })).Code);

    [Fact]
    public void All_together_have_a_limit() => Assert.Equal(
        ErrorCode.InvalidRequest,
        Assert.Throws<PaasException>(() => ConfigVars.Apply(Current, Enumerable.Range(0, 9).ToDictionary(i => $"V{i}", _ => (string?)new string('x', 60_000)))).Code);

    [Fact]
    public void The_description_names_variables_and_never_their_values()
    {
        var text = ConfigVars.Describe(new Dictionary<string, string?> { ["SECRET"] = "hunter2", ["B"] = "x", ["OLD"] = null });
        Assert.Equal("Set B, SECRET config vars; unset OLD config var", text);
    }
}
