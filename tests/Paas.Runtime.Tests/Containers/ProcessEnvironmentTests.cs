using Microsoft.Win32.SafeHandles;
using Paas.Linux;
using Paas.Oci.Runtime;
using Paas.Runtime.Containers;
using Paas.Testing;
using Xunit;

namespace Paas.Runtime.Tests.Containers;

public sealed class ProcessEnvironmentTests : IDisposable
{
    private readonly TemporaryDirectory _root = new();

    public ProcessEnvironmentTests() => Directory.CreateDirectory(_root.Combine("etc"));

    public void Dispose() => _root.Dispose();

    [Fact]
    public void The_last_of_a_name_counts_where_it_stands() =>
        Assert.Equal(["B=2", "A=3=4", "HOME=/"], Complete(0, "A=1", "B=2", "A=3=4"));

    [Fact]
    public void Home_is_the_users_where_none_is_given_or_an_empty_one()
    {
        File.WriteAllText(_root.Combine("etc/passwd"), "root:x:0:0::/root:/bin/sh\napp:x:1000:1000::/home/app:/bin/sh\n");
        Assert.Equal(["HOME=/root"], Complete(0));
        Assert.Equal(["HOME=/home/app"], Complete(1000, "HOME="));
        Assert.Equal(["HOME=/x"], Complete(1000, "HOME=/x"));
        Assert.Equal(["HOME=/x"], Complete(1000, "HOME=", "HOME=/x"));
        Assert.Equal(["HOME=/home/app"], Complete(1000, "HOME=/x", "HOME="));
        Assert.Equal(["HOME=/"], Complete(1001));
    }

    [Theory]
    [InlineData("a:x:5:5::/five:/bin/sh", "/five")]
    [InlineData("a:x:5:5::/first:\nb:x:5:5::/second:", "/first")]
    [InlineData("a:x:05:5::/zero:", "/zero")]
    [InlineData("# a:x:5\n\nshort:x:5\n:::::\na:x:5:5:gecos:/right", "/right")]
    [InlineData("a:x:5:5:::/bin/sh", null)]
    [InlineData("5:5:x:5::/no:", null)]
    [InlineData("a:x:-5:5::/no:", null)]
    [InlineData("a:x:99999999999999999999:5::/no:", null)]
    [InlineData("", null)]
    public void A_users_line_is_found_by_its_number(string passwd, string? home) => Assert.Equal(home, ProcessEnvironment.Parse(passwd, 5));

    [Theory]
    [InlineData("NAME")]
    [InlineData("")]
    [InlineData("=value")]
    [InlineData("A=b\0c")]
    public void What_is_no_variable_is_refused(string variable) =>
        Assert.Contains("invalid environment variable", Assert.Throws<RuntimeException>(() => Complete(0, variable)).Message);

    [Fact]
    public void A_passwd_that_leads_out_of_the_root_or_makes_one_wait_is_none()
    {
        using var outside = new TemporaryDirectory();
        File.WriteAllText(outside.Combine("passwd"), "root:x:0:0::/outside:\n");
        File.CreateSymbolicLink(_root.Combine("etc/passwd"), outside.Combine("passwd"));
        Assert.Equal(["HOME=/"], Complete(0));
        File.Delete(_root.Combine("etc/passwd"));
        Files.MakeNode(_root.Combine("etc/passwd"), Native.S_IFIFO | 0x180);
        Assert.Equal(["HOME=/"], Complete(0));
        File.Delete(_root.Combine("etc/passwd"));
        Directory.CreateDirectory(_root.Combine("etc/passwd"));
        Assert.Equal(["HOME=/"], Complete(0));
    }

    private IReadOnlyList<string> Complete(uint uid, params string[] variables)
    {
        using SafeFileHandle root = Files.Open(_root.Path, Native.O_PATH | Native.O_DIRECTORY);
        return ProcessEnvironment.Complete(new ProcessConfig { Cwd = "/", Args = ["x"], Env = variables, User = new UserConfig { Uid = uid } }, root).Env!;
    }
}
