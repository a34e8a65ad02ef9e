using System.Runtime.InteropServices;

namespace Paas.Linux;

/// <summary>An extended regular expression of POSIX (regex(7)), matched by libc: the base library's own would double this program.</summary>
public sealed unsafe partial class PosixPattern : IDisposable
{
    private const int REG_EXTENDED = 1;
    private const int REG_NOSUB = 8;

    // glibc's regex_t is 64 bytes; opaque to us, so with room to spare.
    private const int OpaqueBytes = 256;

    private readonly nint _compiled = (nint)NativeMemory.AllocZeroed(OpaqueBytes);

    /// <exception cref="FormatException">It is none.</exception>
    public PosixPattern(string text)
    {
        if (regcomp(_compiled, text, REG_EXTENDED | REG_NOSUB) == 0) return;
        NativeMemory.Free((void*)_compiled);
        throw new FormatException($"not a regular expression: {text}");
    }

    /// <summary>Whether it matches anywhere in a text.</summary>
    public bool IsMatch(string text) => regexec(_compiled, text, 0, 0, 0) == 0;

    public void Dispose()
    {
        regfree(_compiled);
        NativeMemory.Free((void*)_compiled);
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int regcomp(nint compiled, string text, int flags);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int regexec(nint compiled, string text, nint matches, nint match, int flags);

    [LibraryImport("libc")]
    private static partial void regfree(nint compiled);
}
