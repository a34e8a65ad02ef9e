using Paas.Linux.Events;

namespace Paas.Runtime.Containers;

/// <summary>Descriptors from 3 on that this program was started with, for a process to keep.</summary>
internal static class InheritedDescriptors
{
    public const int First = 3;

    /// <exception cref="RuntimeException">One of them is not there.</exception>
    public static void Check(int first, int count)
    {
        for (var i = 0; i < count; i++)
        {
            // This program's own would be closed on the way, and are nobody else's.
            if (!Descriptors.IsInherited(first + i)) throw new RuntimeException($"unable to stat preserved-fd {i} (of {count}): no such file or directory");
        }
    }
}
