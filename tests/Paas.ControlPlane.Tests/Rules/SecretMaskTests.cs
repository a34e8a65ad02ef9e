using Paas.ControlPlane.Builds;

namespace Paas.ControlPlane.Tests.Rules;

public sealed class SecretMaskTests
{
    private static readonly HashSet<string> Marked = ["PLAIN_NAME", "SHORT", "PEM"];

    private static readonly Dictionary<string, string> Config = new()
    {
        ["PLAIN_NAME"] = "correct horse",
        ["SHORT"] = "on",
        ["PEM"] = "-----BEGIN-----\nMIIabcdef\n",
        ["STRIPE_API_KEY"] = "sk_live_1234",
        ["STRIPE_API_KEY_OLD"] = "sk_live_1234_and_more",
        ["DATABASE_URL"] = "postgres://app:p%40ssw0rd@db:5432/app",
        ["KEYBOARD"] = "qwertyuiop",
        ["GREETING"] = "hello there",
    };

    [Theory]
    [InlineData("it is correct horse!", "it is ********!")]
    [InlineData("on and on", "on and on")]
    [InlineData("MIIabcdef", "********")]
    [InlineData("key=sk_live_1234", "key=********")]
    [InlineData("key=sk_live_1234_and_more", "key=********")]
    [InlineData("postgres://app:p%40ssw0rd@db:5432/app", "postgres://app:********@db:5432/app")]
    [InlineData("password p@ssw0rd", "password ********")]
    [InlineData("qwertyuiop", "qwertyuiop")]
    [InlineData("hello there", "hello there")]
    [InlineData("", "")]
    public void Secrets_are_masked_and_nothing_else_is(string text, string expected) => Assert.Equal(expected, new SecretMask(Config, Marked).Apply(text));
}
