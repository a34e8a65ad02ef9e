using Paas.Build.Dockerfiles.Building;
using Paas.Images;
using Paas.Images.Layers;
using Paas.Oci;
using Paas.Oci.Images;
using Paas.Testing;

namespace Paas.Build.Tests.Dockerfiles.Building;

/// <summary>What is kept of Dockerfiles' steps, and what goes.</summary>
public sealed class StepCacheTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly TemporaryDirectory _directory = new();

    private string Steps => _directory.Combine(".dockerfile");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Whatever_the_history_the_newest_that_fit_are_kept_and_no_more()
    {
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            if (Directory.Exists(Steps)) Directory.Delete(Steps, recursive: true);
            var cache = new StepCache(Steps, new ContentStore(_directory.Combine("images")));
            var made = new List<(Digest Key, Layer? Layer, DateTimeOffset UsedAt)>();
            for (var i = random.Next(30); i > 0; i--)
            {
                // Some steps made nothing, and some the same layer as others.
                var layer = random.Next(5) == 0 ? null : LayerOf($"{random.Next(12)}", random.Next(1, 1000));
                if (made.Find(other => other.Layer is not null && other.Layer.DiffId == layer?.DiffId).Layer is { } same) layer = same;
                made.Add((Digest.Compute(BitConverter.GetBytes(made.Count)), layer, Start.AddMinutes(random.Next(500))));
                Save(cache, made[^1].Key, layer, made[^1].UsedAt, Start);
            }

            var bounds = new StepCacheBounds(Start.AddMinutes(random.Next(300)), random.Next(6000));
            var (kept, dropped) = StepCache.Split(Steps, bounds);
            var layers = DockerfileCache.Layers(_directory.Path, bounds);
            Assert.Equal(made.Count, kept.Count + dropped.Count);
            Assert.True(kept.Select(record => record.Result.Layer?.Descriptor).OfType<Descriptor>().DistinctBy(layer => layer.Digest).Sum(layer => layer.Size) <= bounds.MaximumBytes);
            Assert.All(kept, record => Assert.True(record.UsedAt >= bounds.UsedSince.UtcDateTime));
            if (kept.Count > 0 && dropped.Count > 0) Assert.True(kept.Min(record => record.UsedAt) >= dropped.Max(record => record.UsedAt));
            // Nothing goes for which there was room.
            if (dropped.Count > 0 && dropped[0].UsedAt >= bounds.UsedSince.UtcDateTime)
                Assert.True(kept.Append(dropped[0]).Select(record => record.Result.Layer?.Descriptor).OfType<Descriptor>().DistinctBy(layer => layer.Digest).Sum(layer => layer.Size) > bounds.MaximumBytes);

            Assert.Equal(dropped.Count, DockerfileCache.Trim(_directory.Path, bounds, remove: false));
            Assert.Equal(dropped.Count, DockerfileCache.Trim(_directory.Path, bounds, remove: true));
            Assert.Equal((0, kept.Count), (DockerfileCache.Trim(_directory.Path, bounds, remove: false), StepCache.Split(Steps, bounds).Kept.Count));
            Assert.Equal(layers.ToHashSet(), DockerfileCache.Layers(_directory.Path, bounds).ToHashSet());
        }
    }

    [Fact]
    public void Of_steps_that_were_used_together_the_later_go_first_and_a_use_makes_one_young()
    {
        var cache = new StepCache(Steps, new ContentStore(_directory.Combine("images")));
        var keys = Enumerable.Range(0, 3).Select(i => Digest.Compute(BitConverter.GetBytes(i))).ToList();
        for (var i = 0; i < 3; i++) Save(cache, keys[i], LayerOf($"{i}", 100), Start, Start.AddSeconds(i));
        var bounds = new StepCacheBounds(Start, 250);
        Assert.Equal([Start.AddSeconds(0), Start.AddSeconds(1)], StepCache.Split(Steps, bounds).Kept.Select(record => record.Result.Created));

        Save(cache, keys[0], null, Start, Start);
        Assert.NotNull(cache.Find(keys[0]));
        Assert.Equal(2, DockerfileCache.Trim(_directory.Path, bounds with { UsedSince = Start.AddDays(1) }, remove: true));
        Assert.NotNull(cache.Find(keys[0]));
        Assert.Null(cache.Find(keys[1]));
    }

    private void Save(StepCache cache, Digest key, Layer? layer, DateTimeOffset usedAt, DateTimeOffset created)
    {
        cache.Save(key, new StepResult(layer, created));
        File.SetLastWriteTimeUtc(Path.Combine(Steps, "steps", key.Hex), usedAt.UtcDateTime);
    }

    private static Layer LayerOf(string name, long size)
    {
        var digest = Digest.Compute(System.Text.Encoding.UTF8.GetBytes(name));
        return new Layer(new Descriptor { MediaType = MediaTypes.Layer, Digest = digest, Size = size }, digest);
    }
}
