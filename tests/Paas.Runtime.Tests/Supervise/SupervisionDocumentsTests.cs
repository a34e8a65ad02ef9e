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
            Assert.Equal(json, Generated(SupervisorConfigReader.TryRead(Encoding.UTF8.GetBytes(json))!));
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"version":"1"}""")]
    [InlineData("""{"version":1,"surprise":2}""")]
    public void What_is_unexpected_is_left_to_the_generated_reader(string json) => Assert.Null(SupervisorConfigReader.TryRead(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void Whatever_is_missing_or_of_another_kind_is_unexpected()
    {
        var members = JsonDocument.Parse(Generated(AnyConfig() with { SupervisorCgroup = null })).RootElement.EnumerateObject().ToArray();
        foreach (var (member, instead) in members.SelectMany(member => new[] { (member, (string?)null), (member, "[true]") }))
        {
            var texts = members.Where(each => each.Name != member.Name || instead is not null)
                .Select(each => $"\"{each.Name}\":{(each.Name == member.Name ? instead : each.Value.GetRawText())}");
            Assert.Null(SupervisorConfigReader.TryRead(Encoding.UTF8.GetBytes($"{{{string.Join(',', texts)}}}")));
        }
    }

    [Fact]
    public void A_state_is_written_as_the_generated_writer_writes_it()
    {
        for (var round = 0; round < 500; round++)
        {
            var state = AnyState();
            var written = JsonSerializer.Deserialize(SupervisorStateWriter.Write(state), SupervisionJsonContext.Default.SupervisorState)!;
            Assert.Equal(Generated(state), Generated(written));
            Assert.Equal(Names(Generated(state)), Names(Encoding.UTF8.GetString(SupervisorStateWriter.Write(state))));
        }
    }

    private static string Generated(SupervisorConfig config) => JsonSerializer.Serialize(config, SupervisionJsonContext.Default.SupervisorConfig);

    private static string Generated(SupervisorState state) => JsonSerializer.Serialize(state, SupervisionJsonContext.Default.SupervisorState);

    private static IEnumerable<string> Names(string json) => JsonDocument.Parse(json).RootElement.EnumerateObject().Select(member => member.Name).ToArray();

    private static SupervisorConfig AnyConfig() => new(
        Number(), Word(), Word(), Word(), Word(), Word(),
        new SandboxConfig(
            Maybe() ? new RootfsMount([.. Words()], Maybe() ? Word() : null, Maybe() ? Word() : null, Maybe()) : null,
            Maybe() ? new SandboxNetwork(Word(), Word(), Word(), Number(), Word(), Maybe(), Number()) : null),
        new RestartPolicy(Any<RestartMode>(), Number(), Number(), Number(), Maybe() ? Number() : null),
        Word(), Number(), Labels(), Maybe() ? Word() : null);

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
