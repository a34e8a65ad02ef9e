using System.Text;
using Paas.ControlPlane.Health;
using Paas.Oci.Images;

namespace Paas.ControlPlane.Tests.Health;

public sealed class ImageHealthcheckTests
{
    [Theory]
    [InlineData("""{"Test":["CMD-SHELL","curl -f localhost"]}""", "/bin/sh -c curl -f localhost")]
    [InlineData("""{"Test":["CMD","/check","--fast"]}""", "/check --fast")]
    [InlineData("""{"Test":["NONE"]}""", null)]
    [InlineData("""{"Test":[]}""", null)]
    [InlineData("""{"Test":["CMD"]}""", null)]
    [InlineData("""{"Test":["LATER","x"]}""", null)]
    [InlineData("""{"Test":"true"}""", null)]
    [InlineData("""{"Interval":1}""", null)]
    [InlineData("null", null)]
    public void Its_command_is_what_Docker_would_run(string json, string? command) =>
        Assert.Equal(command, Read($"\"Healthcheck\":{json}") is { } check ? string.Join(' ', check.Command) : null);

    [Fact]
    public void The_images_own_shell_reads_it()
    {
        Assert.Equal(["/bin/bash", "-euc", "true"], Read("""
            "Shell":["/bin/bash","-euc"],"Healthcheck":{"Test":["CMD-SHELL","true"]}
            """)!.Command);
        Assert.Null(Read("\"User\":\"1000\""));
    }

    [Fact]
    public void Times_are_nanoseconds_and_what_is_not_said_is_as_with_Docker()
    {
        var standard = Read("""
            "Healthcheck":{"Test":["CMD","x"],"Interval":0}
            """)!;
        Assert.Equal((30, 30, 0, 5, 3), (standard.Interval.TotalSeconds, standard.Timeout.TotalSeconds, standard.StartPeriod.TotalSeconds, standard.StartInterval.TotalSeconds, standard.Retries));
        var own = Read("""
            "Healthcheck":{"Test":["CMD","x"],"Interval":1500000000,"Timeout":2000000000,"StartPeriod":60000000000,"StartInterval":1000000,"Retries":7}
            """)!;
        Assert.Equal((1.5, 2, 60, 1, 7), (own.Interval.TotalSeconds, own.Timeout.TotalSeconds, own.StartPeriod.TotalSeconds, own.StartInterval.TotalSeconds, own.Retries));
    }

    [Fact]
    public void Failures_in_a_row_are_unhealthy_and_one_success_is_healthy_again()
    {
        var verdict = HealthVerdict.Unknown.After("no", 3, counts: false).After("no", 3, counts: false).After("no", 3, counts: true).After("no", 3, counts: true);
        Assert.Equal(new HealthVerdict(null, 2, "no"), verdict);
        verdict = verdict.After("still no", 3, counts: true);
        Assert.Equal(new HealthVerdict(false, 3, "still no"), verdict);
        verdict = verdict.After(null, 3, counts: true);
        Assert.Equal(new HealthVerdict(true, 0, null), verdict);
        // Whoever was healthy once is out of the start period.
        Assert.Equal(new HealthVerdict(true, 1, "no"), verdict.After("no", 3, counts: false));
        Assert.Equal(new HealthVerdict(false, 1, "no"), verdict.After("no", 1, counts: true));
    }

    private static ImageHealthcheck? Read(string members) => ImageHealthcheck.Of(ImageDocuments.ParseConfig(Encoding.UTF8.GetBytes(
        """{"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]},"config":{""" + members + "}}")));
}
