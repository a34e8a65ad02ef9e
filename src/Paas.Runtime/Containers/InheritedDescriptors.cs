using Paas.Linux.Events;
using Paas.Runtime.CommandLine;

namespace Paas.Runtime.Containers;

/// <summary>Descriptors from 3 on that this program was started with, for a process to keep.</summary>
internal static class InheritedDescriptors
{
    public const int First = 3;

    /// <summary>
    /// How many of the descriptors wanted are there in a row. Beyond them would be this program's own, which are nobody else's: a
    /// container that got one would be out of its root (CVE-2024-21626).
    /// </summary>
    public static int Count(int first, int wanted)
    {
        var count = 0;
        while (count < wanted && Descriptors.IsInherited(first + count)) count++;
        if (count < wanted) Log.Warning($"unable to stat preserved-fd {count} (of {wanted}): no such file or directory");
        return count;
    }
}
