using System.Text;
using Microsoft.Win32.SafeHandles;
using Paas.Linux.Events;

namespace Paas.Runtime.CommandLine;

/// <summary>Output without <see cref="Console"/>, which would cost a thread and a millisecond.</summary>
internal static class StandardOutput
{
    public static void Write(string text) => Write(1, Encoding.UTF8.GetBytes(text));

    public static void Write(ReadOnlySpan<byte> text) => Write(1, text);

    public static void WriteError(string text) => Write(2, Encoding.UTF8.GetBytes(text));

    private static void Write(int descriptor, ReadOnlySpan<byte> text)
    {
        using var handle = new SafeFileHandle(descriptor, ownsHandle: false);
        try
        {
            Descriptors.Write(handle, text);
        }
        catch (IOException)
        {
            // Nobody reads it.
        }
    }
}
