using System.Text;
using System.Text.Json;
using Paas.Contracts.Supervision;
using Paas.Runtime.Supervise;
using Xunit;

namespace Paas.Runtime.Tests.Supervise;

/// <summary>What is read and written by hand is what the generated reader and writer read and write.</summary>
public sealed class SupervisionDocumentsTests
{
    private static readonly Random Random = new(38);

    [Fact]
    public void A_configuration_is_read_as_the_generated_reader_reads_it()
    {
        for (var round = 0; round < 500; round++)
        {
            var json = Generated(AnyConfig());
            Assert.Equal(json, Generated(SupervisionReader.ReadConfig(Encoding.UTF8.GetBytes(json))));
        }
    }

    [Fact]
    public void A_request_is_read_as_the_generated_reader_reads_it()
    {
        for (var round = 0; round < 500; round++)
        {
            var json = Generated(AnyRequest());
            Assert.Equal(json, Generated(SupervisionReader.ReadRequest(Encoding.UTF8.GetBytes(json))));
        }
    }

    [Fact]
    public void A_sandbox_is_read_as_the_generated_reader_reads_it()
    {
        for (var round = 0; round < 100; round++)
        {
            var json = Generated(AnyConfig().Sandbox);
            Assert.Equal(json, Generated(SupervisionReader.ReadSandbox(Encoding.UTF8.GetBytes(json))));
        }
    }

    [Theory]
    [InlineData("", "input does not contain any JSON tokens")]
    [InlineData("{", "depth to be zero")]
    [InlineData("null", "not an object")]
    [InlineData("[]", "not an object")]
    [InlineData("{}", "version is missing")]
    [InlineData("""{"version":"1"}""", "wrong kind of value")]
    [InlineData("""{"version":1} {}""", "missing")]
    public void What_is_no_configuration_is_refused_with_the_reason(string json, string reason) =>
        Assert.Contains(reason, Assert.ThrowsAny<JsonException>(() => SupervisionReader.ReadConfig(Encoding.UTF8.GetBytes(json))).Message, StringComparison.Ordinal);

    [Fact]
    public void What_a_later_version_adds_is_passed_over()
    {
        var json = Generated(AnyConfig());
        var later = json.Replace("\"restart\":{", "\"surprise\":[{\"a\":[1]},null],\"restart\":{\"further\":{\"b\":2},", StringComparison.Ordinal);
        Assert.NotEqual(json, later);
        Assert.Equal(json, Generated(SupervisionReader.ReadConfig(Encoding.UTF8.GetBytes(later))));
    }

    [Fact]
    public void Whatever_is_missing_or_of_another_kind_is_refused()
    {
        var members = JsonDocument.Parse(Generated(AnyConfig() with { SupervisorCgroup = null })).RootElement.EnumerateObject().ToArray();
        foreach (var (member, instead) in members.SelectMany(member => new[] { (member, (string?)null), (member, "[true]") }))
        {
            var texts = members.Where(each => each.Name != member.Name || instead is not null)
                .Select(each => $"\"{each.Name}\":{(each.Name == member.Name ? instead : each.Value.GetRawText())}");
            Assert.ThrowsAny<JsonException>(() => SupervisionReader.ReadConfig(Encoding.UTF8.GetBytes($"{{{string.Join(',', texts)}}}")));
        }
    }

    [Fact]
    public void An_answer_is_written_as_the_generated_writer_writes_it()
    {
        for (var round = 0; round < 500; round++)
        {
            var reply = new SupervisorReply(
                Maybe() ? AnyState() : null, Maybe() ? Word() : null, Maybe() ? new ExecStarted(Number(), Number()) : null,
                Maybe() ? new ExecEnded(Number(), Maybe() ? Number() : null, Maybe() ? Number() : null) : null);
            var written = JsonSerializer.Deserialize(SupervisionWriter.Write(reply), SupervisionJsonContext.Default.SupervisorReply)!;
            Assert.Equal(Generated(reply), Generated(written));
            Assert.Equal(Names(Generated(reply)), Names(Encoding.UTF8.GetString(SupervisionWriter.Write(reply))));
        }
    }

    [Fact]
    public void A_state_is_written_as_the_generated_writer_writes_it()
    {
        for (var round = 0; round < 500; round++)
        {
            var state = AnyState();
            var written = JsonSerializer.Deserialize(SupervisionWriter.Write(state), SupervisionJsonContext.Default.SupervisorState)!;
            Assert.Equal(Generated(state), Generated(written));
            Assert.Equal(Names(Generated(state)), Names(Encoding.UTF8.GetString(SupervisionWriter.Write(state))));
        }
    }

    private static string Generated(SupervisorConfig config) => JsonSerializer.Serialize(config, SupervisionJsonContext.Default.SupervisorConfig);

    private static string Generated(SandboxConfig sandbox) => JsonSerializer.Serialize(sandbox, SupervisionJsonContext.Default.SandboxConfig);

    private static string Generated(SupervisorRequest request) => JsonSerializer.Serialize(request, SupervisionJsonContext.Default.SupervisorRequest);

    private static string Generated(SupervisorReply reply) => JsonSerializer.Serialize(reply, SupervisionJsonContext.Default.SupervisorReply);

    private static string Generated(SupervisorState state) => JsonSerializer.Serialize(state, SupervisionJsonContext.Default.SupervisorState);

    private static IEnumerable<string> Names(string json) => JsonDocument.Parse(json).RootElement.EnumerateObject().Select(member => member.Name).ToArray();

    private static SupervisorConfig AnyConfig() => new(
        Number(), Word(), Word(), Word(), Word(), Word(),
        new SandboxConfig(
            Maybe() ? new RootfsMount([.. Words()], Maybe() ? Word() : null, Maybe() ? Word() : null, Maybe()) : null,
            Maybe() ? new SandboxNetwork(Word(), Word(), Word(), Number(), Word(), Maybe(), Number()) : null),
        new RestartPolicy(Any<RestartMode>(), Number(), Number(), Number(), Maybe() ? Number() : null),
        Word(), Number(), Labels(), Maybe() ? Word() : null);

    private static SupervisorRequest AnyRequest() => new(
        Number(), Word(), Maybe() ? Word() : null, Maybe() ? Number() : null,
        Maybe() ? new ExecRequest([.. Words()], Maybe() ? [.. Words()] : null, Maybe() ? Word() : null, Maybe() ? AnySize() : null) : null,
        Maybe() ? Number() : null, Maybe() ? AnySize() : null);

    private static WindowSize AnySize() => new(Number(), Number());

    private static SupervisorState AnyState() => new(
        Word(), Number(), Any<SupervisedStatus>(), Maybe() ? Number() : null, Maybe() ? Time() : null, Number(),
        [.. Enumerable.Range(0, Random.Next(4)).Select(_ => new ProcessExit(
            Time(), Maybe() ? Number() : null, Maybe() ? Number() : null, Maybe(), Random.NextDouble() * 1e6, Maybe() ? Random.NextInt64() : null, Maybe() ? Random.NextInt64() : null))],
        Maybe() ? Word() : null, Maybe() ? Word() : null, Labels(), Number(), Maybe() ? Word() : null, Number(), Maybe() ? Time() : null);

    private static Dictionary<string, string> Labels() => Words().Distinct().ToDictionary(word => word, _ => Word());

    private static IEnumerable<string> Words() => Enumerable.Range(0, Random.Next(4)).Select(_ => Word()).ToArray();

    private static string Word() => string.Concat(Random.GetItems((ReadOnlySpan<string>)["a", "/", "\"", "\\", "é", "🐳", "\n", "<", "0"], Random.Next(1, 12)));

    private static int Number() => Random.Next(int.MinValue, int.MaxValue);

    private static DateTimeOffset Time() => DateTimeOffset.UnixEpoch.AddTicks(Random.NextInt64(1L << 54));

    private static bool Maybe() => Random.Next(2) == 0;

    private static T Any<T>() where T : struct, Enum => Random.GetItems(Enum.GetValues<T>(), 1)[0];
}
