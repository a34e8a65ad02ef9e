using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Paas.Images.Tests;

/// <summary>
/// A second process of this very assembly that writes into a store until it is killed. It is started through the test
/// host's own <c>dotnet</c> with a startup hook, so that no other program has to be built.
/// </summary>
internal static class WritingChild
{
    private const string Variable = "PAAS_TEST_WRITING_CHILD";

    private const string LeaseVariable = "PAAS_TEST_WRITING_CHILD_LEASE";

    public static Process Start(string root, bool lease = false)
    {
        var assembly = typeof(WritingChild).Assembly.Location;
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileName(path) == "dotnet" ? path : "dotnet",
            ["exec", "--runtimeconfig", Path.ChangeExtension(assembly, ".runtimeconfig.json"), "--depsfile", Path.ChangeExtension(assembly, ".deps.json"), assembly])
        {
            RedirectStandardOutput = true,
        };
        start.Environment[Variable] = root;
        if (lease) start.Environment[LeaseVariable] = "1";
        return Process.Start(start)!;
    }

    /// <summary>Runs before anything else of the assembly; in the tests themselves the variable is not set.</summary>
#pragma warning disable CA2255 // Module initializers are not for libraries: this is a test's own process.
    [ModuleInitializer]
#pragma warning restore CA2255
    internal static void RunIfChild()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { } root) return;
        var store = new ContentStore(root);
        using var lease = Environment.GetEnvironmentVariable(LeaseVariable) is null ? null : store.Lease();
        for (var i = 0; ; i++)
        {
            using var blob = store.OpenWrite();
            blob.Write(new byte[50_000 + (i * 977 % 200_000)]);
            blob.Write(Guid.NewGuid().ToByteArray());
            store.SetReference($"r{i % 10}", blob.Complete("text/plain"));
            Console.Out.WriteLine(i);
            Console.Out.Flush();
        }
    }
}
