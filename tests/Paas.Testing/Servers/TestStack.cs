namespace Paas.Testing.Servers;

/// <summary>
/// The base images for tests: built once into <c>PAAS_TEST_STACK</c> (default <c>artifacts/test-stack</c>), then hard-linked into
/// each server's data directory. Blobs and committed snapshots never change, so sharing them is safe; while they are made or copied,
/// no other test process does either.
/// </summary>
public static class TestStack
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(20);

    public static string Directory { get; } =
        Environment.GetEnvironmentVariable("PAAS_TEST_STACK") ?? Path.Combine(Repository.Root, "artifacts", "test-stack");

    /// <summary>Builds the stack unless an up-to-date one is there (`paasd stack build` decides); nobody else touches it until the result is disposed.</summary>
    public static async Task<IDisposable> HoldAsync()
    {
        var turn = await LockAsync();
        try
        {
            var build = new Command(Programs.Daemon, "stack", "build", "--data", Directory, "--programs", Programs.Root) { Timeout = TimeSpan.FromMinutes(15) };
            (await build.RunAsync()).Succeeded();
            return turn;
        }
        catch
        {
            await turn.DisposeAsync();
            throw;
        }
    }

    public static async Task CopyIntoAsync(string dataDirectory)
    {
        using var held = await HoldAsync();
        (await new Command("cp", "-al", Path.Combine(Directory, "images"), dataDirectory).RunAsync()).Succeeded();
    }

    // flock(2), which ends with the process.
    private static async Task<FileStream> LockAsync()
    {
        System.IO.Directory.CreateDirectory(Path.GetDirectoryName(Directory)!);
        FileStream? turn = null;
        await Eventually.TrueAsync("the test stack is free", Patience, () =>
        {
            try
            {
                turn = new FileStream(Directory + ".lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                // Another process has it.
            }

            return Task.FromResult(turn is not null);
        });
        return turn!;
    }
}
