namespace Paas.Testing.Servers;

/// <summary>
/// The base images for tests: built once into <c>PAAS_TEST_STACK</c> (default <c>artifacts/test-stack</c>), then hard-linked into
/// each server's data directory. Blobs and committed snapshots never change, so sharing them is safe.
/// </summary>
public static class TestStack
{
    private static readonly SemaphoreSlim Building = new(1, 1);

    public static string Directory { get; } =
        Environment.GetEnvironmentVariable("PAAS_TEST_STACK") ?? Path.Combine(Repository.Root, "artifacts", "test-stack");

    /// <summary>Builds the stack unless an up-to-date one is there; `paasd stack build` decides.</summary>
    public static async Task EnsureAsync()
    {
        await Building.WaitAsync();
        try
        {
            var build = new Command(Programs.Daemon, "stack", "build", "--data", Directory, "--programs", Programs.Root) { Timeout = TimeSpan.FromMinutes(15) };
            (await build.RunAsync()).Succeeded();
        }
        finally
        {
            Building.Release();
        }
    }

    public static async Task CopyIntoAsync(string dataDirectory)
    {
        await EnsureAsync();
        (await new Command("cp", "-al", Path.Combine(Directory, "images"), dataDirectory).RunAsync()).Succeeded();
    }
}
