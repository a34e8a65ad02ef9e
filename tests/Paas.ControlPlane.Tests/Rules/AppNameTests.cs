using Paas.Contracts.Errors;
using Paas.ControlPlane.Domain;

namespace Paas.ControlPlane.Tests.Rules;

public sealed class AppNameTests
{
    [Theory]
    [InlineData("a")]
    [InlineData("7")]
    [InlineData("hello-world-2")]
    [InlineData("a23456789012345678901234567890123456789012345678901234567890123")]
    public void Good_names(string name) => AppName.Check(name);

    [Theory]
    [InlineData("")]
    [InlineData("Hello")]
    [InlineData("-a")]
    [InlineData("a-")]
    [InlineData("a.b")]
    [InlineData("a_b")]
    [InlineData("a/../b")]
    [InlineData("hello\n")]
    [InlineData("é")]
    [InlineData("paas")]
    [InlineData("a234567890123456789012345678901234567890123456789012345678901234")]
    public void Bad_names(string name) => Assert.Equal(ErrorCode.InvalidRequest, Assert.Throws<PaasException>(() => AppName.Check(name)).Code);

    [Fact]
    public void Generated_names_are_good_and_differ()
    {
        var names = Enumerable.Range(0, 100).Select(_ => AppName.Generate()).ToList();
        Assert.All(names, AppName.Check);
        Assert.True(names.Distinct().Count() > 90);
        Assert.Matches("^[a-z]+-[a-z]+-[0-9]{3}$", names[0]);
    }
}
