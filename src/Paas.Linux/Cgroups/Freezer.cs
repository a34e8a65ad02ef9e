using Paas.Linux.Events;
using static Paas.Linux.Native;

namespace Paas.Linux.Cgroups;

/// <summary>Suspends a group's processes: a controller of v1, a part of every group of v2.</summary>
internal static class Freezer
{
    private const string LegacyFile = "freezer.state";
    private const string UnifiedFile = "cgroup.freeze";
    private const int LegacyAttempts = 1000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static void Freeze(ControlGroup group)
    {
        if (IsUnified(group)) FreezeUnified(group.UnifiedDirectory!);
        else FreezeLegacy(LegacyDirectory(group));
    }

    /// <summary>As <see cref="Freeze"/>; false where it cannot be done.</summary>
    public static bool TryFreeze(ControlGroup group)
    {
        try
        {
            Freeze(group);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    public static void Thaw(ControlGroup group)
    {
        if (IsUnified(group)) GroupFile.TryWriteIfExists($"{group.UnifiedDirectory}/{UnifiedFile}", "0");
        else GroupFile.TryWriteIfExists($"{LegacyDirectory(group)}/{LegacyFile}", "THAWED");
    }

    public static bool IsFrozen(ControlGroup group) => FileOf(group) is { } file && IsFrozen(file);

    /// <summary>The file that says whether a group is frozen; null where nothing can be.</summary>
    public static string? FileOf(ControlGroup group) =>
        group.FreezerDirectory is { } directory ? $"{directory}/{(IsUnified(group) ? UnifiedFile : LegacyFile)}" : null;

    /// <summary>Whether the group is frozen that <see cref="FileOf"/> named the file of; one that is gone is not.</summary>
    public static bool IsFrozen(string file)
    {
        if (GroupFile.TryRead(file) is not { } state) return false;
        if (file.EndsWith(UnifiedFile, StringComparison.Ordinal)) return state.StartsWith('1');
        // FREEZING: asked to, whether or not all have heard of it. A group frozen only from above is not this one's doing.
        return !state.StartsWith("THAWED", StringComparison.Ordinal) && GroupFile.Number($"{file[..^LegacyFile.Length]}freezer.self_freezing") != 0;
    }

    private static bool IsUnified(ControlGroup group) => group.Hierarchies.IsUnified;

    private static string LegacyDirectory(ControlGroup group) => group.LegacyDirectories.TryGetValue("freezer", out var directory)
        ? directory
        : throw new CgroupException("cannot freeze: the freezer controller of control groups is not available");

    private static void FreezeUnified(string directory)
    {
        Files.WriteKernelFile($"{directory}/{UnifiedFile}", "1");
        using var events = Files.Open($"{directory}/cgroup.events", O_RDONLY);
        var deadline = Environment.TickCount64 + (long)Patience.TotalMilliseconds;
        Span<byte> buffer = stackalloc byte[512];
        Span<pollfd> poll = [new pollfd { fd = (int)events.DangerousGetHandle(), events = (short)PollEvents.Priority }];
        while (true)
        {
            var count = RandomAccess.Read(events, buffer, 0);
            if (buffer[..count].IndexOf("frozen 1"u8) >= 0) return;
            var left = deadline - Environment.TickCount64;
            if (left <= 0) break;
            // The file tells of its changes, by what poll(2) calls an exceptional condition.
            Poll.Wait(poll, (int)left);
        }

        Files.WriteKernelFile($"{directory}/{UnifiedFile}", "0");
        throw new CgroupException($"unable to freeze {directory}: some process does not stop");
    }

    // While processes keep coming a group can stay FREEZING for ever; to let them go on now and then helps.
    private static void FreezeLegacy(string directory)
    {
        for (var attempt = 1; attempt <= LegacyAttempts; attempt++)
        {
            if (attempt % 50 == 0)
            {
                Files.WriteKernelFile($"{directory}/{LegacyFile}", "THAWED");
                Thread.Sleep(10);
            }

            Files.WriteKernelFile($"{directory}/{LegacyFile}", "FROZEN");
            if (attempt % 25 == 0) Thread.Sleep(1);
            if (GroupFile.TryRead($"{directory}/{LegacyFile}")?.StartsWith("FROZEN", StringComparison.Ordinal) == true) return;
        }

        Files.WriteKernelFile($"{directory}/{LegacyFile}", "THAWED");
        throw new CgroupException($"unable to freeze {directory}: some process does not stop");
    }
}
