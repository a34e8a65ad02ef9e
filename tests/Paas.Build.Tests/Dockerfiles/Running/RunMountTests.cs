using Paas.Build.Dockerfiles.Running;

namespace Paas.Build.Tests.Dockerfiles.Running;

public sealed class RunMountTests
{
    [Fact]
    public void Fields_and_what_stands_for_them()
    {
        var cache = RunMount.Parse("type=cache,dst=node_modules,sharing=locked,mode=0700,uid=5,ro", "/app");
        Assert.Equal((RunMountKind.Cache, "/app/node_modules", "/app/node_modules", CacheSharing.Locked, 0x1c0u, 5u, false), (cache.Kind, cache.Target, cache.Id, cache.Sharing, cache.Mode, cache.UserId, cache.IsWritable));
        var bind = RunMount.Parse("target=/x,from=build,src=/out,rw", "/");
        Assert.Equal((RunMountKind.Bind, "/x", "build", "/out", true), (bind.Kind, bind.Target, bind.From, bind.Source, bind.IsWritable));
        Assert.False(RunMount.Parse("target=/x", "/").IsWritable);
        var secret = RunMount.Parse("type=secret,id=a/token", "/");
        Assert.Equal(("/run/secrets/token", "a/token", 0x100u), (secret.Target, secret.Id, secret.Mode));
        Assert.Null(RunMount.Parse("type=secret,id=token,env=TOKEN", "/").Target);
        Assert.Equal("token", RunMount.Parse("type=secret,target=/etc/token,required", "/").Id);
        Assert.Equal(("/run/secrets/token", "a/token"), (RunMount.Parse("type=SECRET,source=a/token", "/").Target, RunMount.Parse("type=SECRET,source=a/token", "/").Id));
        Assert.Equal(64L << 20, RunMount.Parse("type=tmpfs,target=/t,size=64m", "/").SizeBytes);
    }

    [Theory]
    [InlineData("target=/t,from=x,source= /y", "target=/t x,source=/y")]
    [InlineData("type=secret,id=a,env=b ", "type=secret,id=a b,env=")]
    [InlineData("type=secret,id=a,env=b", "type=secret,id=a,env=b,required")]
    [InlineData("type=tmpfs,target=/t", "type=tmpfs,target=/t,size=1")]
    public void Whatever_makes_a_difference_is_told_apart(string one, string other) =>
        Assert.NotEqual(RunMount.Parse(one, "/").Describe(), RunMount.Parse(other, "/").Describe());

    [Theory]
    [InlineData("type=disk,target=/x")]
    [InlineData("type=cache")]
    [InlineData("type=bind,target=/")]
    [InlineData("type=bind,target=/x,size=1")]
    [InlineData("type=cache,target=/x,sharing=some")]
    [InlineData("type=cache,target=/x,mode=999")]
    [InlineData("type=tmpfs,target=/x,size=many")]
    [InlineData("type=secret")]
    [InlineData("type=secret,id=a,source=b")]
    [InlineData("type=secret,id=a,from=b")]
    [InlineData("target")]
    [InlineData("type=cache,target=/x,colour=red")]
    public void What_no_mount_is_is_refused(string text) => Assert.Throws<FormatException>(() => RunMount.Parse(text, "/"));
}
