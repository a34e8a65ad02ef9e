using System.Runtime.InteropServices;
using System.Text;
using static Paas.Linux.Native;

namespace Paas.Linux.Spawning;

/// <summary>Starting a program, to outlive this one or to be waited for (posix_spawn(3)), and becoming another program (execve(2)).</summary>
public static unsafe partial class Spawn
{
    // glibc's posix_spawnattr_t is 336 bytes, posix_spawn_file_actions_t 80; opaque to us, so with room to spare.
    private const int OpaqueBytes = 512;

    /// <summary>Replaces this program by another, or by itself, with the same environment; returns only by throwing.</summary>
    /// <exception cref="LinuxException">execve failed.</exception>
    public static void Execute(string path, IReadOnlyList<string> arguments)
    {
        using var argv = new StringVector(arguments);
        // Built anew rather than read from libc's environ: a data symbol, which P/Invoke does not reach.
        using var environ = new StringVector(Environment());
        fixed (byte* program = Kernel.Utf8(path))
        {
            Kernel.Check(Kernel.Call(SYS_execve, (nint)program, (nint)argv.Pointer, (nint)environ.Pointer), "execve", path);
        }
    }

    /// <summary>This program's environment, as <c>NAME=VALUE</c>.</summary>
    public static IReadOnlyList<string> Environment()
    {
        var variables = System.Environment.GetEnvironmentVariables();
        var list = new List<string>(variables.Count);
        foreach (System.Collections.DictionaryEntry variable in variables) list.Add($"{variable.Key}={variable.Value}");
        return list;
    }

    private static void Check(int error, string syscall, string? path = null)
    {
        if (error != 0) throw new LinuxException(syscall, error, path);
    }

    /// <summary>A NULL-terminated array of NUL-terminated strings.</summary>
    private sealed class StringVector : IDisposable
    {
        private readonly int _count;

        public StringVector(IReadOnlyList<string> strings)
        {
            _count = strings.Count;
            Pointer = (byte**)NativeMemory.AllocZeroed((nuint)(_count + 1), (nuint)sizeof(byte*));
            for (var i = 0; i < _count; i++)
            {
                var bytes = Encoding.UTF8.GetBytes(strings[i]);
                Pointer[i] = (byte*)NativeMemory.AllocZeroed((nuint)bytes.Length + 1);
                bytes.CopyTo(new Span<byte>(Pointer[i], bytes.Length));
            }
        }

        public byte** Pointer { get; }

        public void Dispose()
        {
            for (var i = 0; i < _count; i++) NativeMemory.Free(Pointer[i]);
            NativeMemory.Free(Pointer);
        }
    }

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_init(byte* attributes);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_destroy(byte* attributes);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_setflags(byte* attributes, short flags);

    [LibraryImport("libc")]
    private static partial int posix_spawnattr_setsigdefault(byte* attributes, ulong* mask);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_init(byte* actions);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_destroy(byte* actions);

    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_adddup2(byte* actions, int descriptor, int becomes);

    // glibc 2.34
    [LibraryImport("libc")]
    private static partial int posix_spawn_file_actions_addclosefrom_np(byte* actions, int from);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int posix_spawn(int* pid, string path, byte* actions, byte* attributes, byte** argv, byte** envp);
}
