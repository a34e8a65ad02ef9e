using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Paas.Testing;

namespace Paas.Runtime.FunctionalTests.Seccomp;

/// <summary>A container whose program makes given system calls under a given profile.</summary>
internal static class SeccompContainer
{
    private static readonly ConcurrentDictionary<string, Lazy<byte[]>> Programs = new();

    /// <summary>A program of this folder, compiled and linked statically.</summary>
    public static byte[] Compiled(string name) => Programs.GetOrAdd(name, _ => new Lazy<byte[]>(() => Compile(name))).Value;

    /// <summary>Puts the program that makes calls into a container's root and gives the container a profile.</summary>
    public static TestContainer Calling(this TestContainer container, string profile, params string[] calls)
    {
        Install(System.IO.Path.Combine(container.Rootfs, "bin/calls"), "calls");
        container.Process["args"] = new JsonArray(["/bin/calls", .. calls]);
        container.Linux["seccomp"] = JsonNode.Parse(profile);
        return container;
    }

    /// <summary>Writes a compiled program.</summary>
    public static void Install(string path, string name)
    {
        File.WriteAllBytes(path, Compiled(name));
        File.SetUnixFileMode(path, (UnixFileMode)0x1ED);
    }

    private static byte[] Compile(string name)
    {
        using var directory = new TemporaryDirectory();
        var source = System.IO.Path.Combine(Repository.Root, "tests/Paas.Runtime.FunctionalTests/Seccomp", name + ".c");
        var program = directory.Combine(name);
        RuntimeUnderTest.Execute("gcc", "-std=gnu11", "-O1", "-Wall", "-Werror", "-static", "-o", program, source).ShouldSucceed();
        return File.ReadAllBytes(program);
    }
}
