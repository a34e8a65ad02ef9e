using System.Text.Json;
using Paas.Oci.Images;

namespace Paas.Oci.Tests;

public sealed class ExecutionConfigTests
{
    [Theory]
    [InlineData("", null)]
    [InlineData("8080/tcp", 8080)]
    [InlineData("8080", 8080)]
    [InlineData("8080/TCP 80/tcp 53/udp", 80)]
    [InlineData("53/udp", null)]
    [InlineData("0/tcp 65536/tcp x/tcp 3000-3005/tcp", null)]
    public void The_lowest_tcp_port_is_the_one_to_listen_on(string keys, int? expected) => Assert.Equal(
        expected,
        new ExecutionConfig { ExposedPorts = keys.Split(' ', StringSplitOptions.RemoveEmptyEntries).ToDictionary(key => key, _ => default(JsonElement)) }.LowestTcpPort);
}
