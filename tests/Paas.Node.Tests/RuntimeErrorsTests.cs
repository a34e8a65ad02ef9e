namespace Paas.Node.Tests;

public sealed class RuntimeErrorsTests
{
    [Theory]
    [InlineData("paas-runtime: exec /app: no such file\n", "exec /app: no such file")]
    [InlineData("{\"level\":\"error\",\"msg\":\"mount /proc: denied\",\"time\":\"x\"}\n", "mount /proc: denied")]
    [InlineData("one\ntwo\n", "one; two")]
    [InlineData("{torn", "{torn")]
    [InlineData("", "")]
    public void The_message_is_taken_out_of_any_form(string says, string message) => Assert.Equal(message, RuntimeErrors.Describe(says));
}
