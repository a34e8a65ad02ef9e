using System.Text;
using System.Text.Json;
using Paas.Oci.Runtime;
using Paas.Testing;
using Xunit;

namespace Paas.Oci.Tests.Runtime;

/// <summary>config.json comes from anybody: whatever is in it, the reader answers with a configuration or with a JsonException of one line.</summary>
public sealed class RuntimeConfigFuzzTests
{
    [Fact]
    public void Spoilt_documents_are_read_or_refused()
    {
        var (read, refused) = (0, 0);
        for (var seed = 0; seed < 6000; seed++)
        {
            try
            {
                RuntimeConfigReader.ReadConfig(JsonMutation.Mutate(RuntimeConfigReaderTests.Everything, seed));
                read++;
            }
            catch (JsonException e)
            {
                Assert.DoesNotContain('\n', e.Message);
                refused++;
            }
            catch (Exception e)
            {
                Assert.Fail($"seed {seed}: {e}");
            }
        }

        Assert.True(read > 500 && refused > 2000, $"{read} read, {refused} refused");
    }

    [Theory]
    [InlineData("""{"ociVersion": "1.0.0", "hostname": "a\u0000b"}""")]
    [InlineData("""{"ociVersion": "1.0.0", "process": {"cwd": "/", "args": ["a\u0000"]}}""")]
    [InlineData("""{"ociVersion": "1.0.0", "linux": {"sysctl": {"net.a": "\u0000"}}}""")]
    public void A_NUL_is_refused_wherever_the_kernel_would_end_a_text_at_it(string json) =>
        Assert.Contains("NUL", Assert.ThrowsAny<JsonException>(() => RuntimeConfigReader.ReadConfig(Encoding.UTF8.GetBytes(json))).Message);

    [Fact]
    public void Deep_nesting_and_unknown_members_cost_nothing()
    {
        var deep = $$"""{"ociVersion": "1.0.0", "unknown": {{new string('[', 10_000)}}{{new string(']', 10_000)}}}""";
        Assert.ThrowsAny<JsonException>(() => RuntimeConfigReader.ReadConfig(Encoding.UTF8.GetBytes(deep)));
        var wide = $$"""{"ociVersion": "1.0.0", "unknown": [{{string.Join(',', Enumerable.Repeat("{\"a\":[1,2,null]}", 100_000))}}]}""";
        Assert.Equal("1.0.0", RuntimeConfigReader.ReadConfig(Encoding.UTF8.GetBytes(wide)).OciVersion);
    }
}
