using Paas.Linux;
using Paas.Linux.Launching;
using Paas.Oci.Runtime;
using Paas.Runtime.CommandLine;
using static Paas.Linux.Native;

namespace Paas.Runtime.Containers;

/// <summary>How the kernel treats the process beside its limits: scheduler, I/O priority, execution domain.</summary>
internal static unsafe class SchedulingSteps
{
    private const int ClassShift = 13;

    /// <summary>Adds what the bundle asks for (config.md, <c>scheduler</c> and <c>ioPriority</c>).</summary>
    /// <param name="program">The child's.</param>
    /// <param name="process">From the bundle.</param>
    /// <param name="isBound">Whether its control group has processors of its own, which some schedulers refuse.</param>
    public static void Add(LaunchProgram program, ProcessConfig process, bool isBound)
    {
        if (process.Scheduler is { } scheduler)
        {
            var attributes = program.Structure(Attributes(scheduler));
            var set = program.Add("set scheduler", scheduler.Policy, SYS_sched_setattr, 0, attributes, 0);
            if (isBound)
            {
                set.On(Errno.EPERM, program.Count);
                // In runc's words.
                program.AddCompare("process scheduler can't be used together with AllowedCPUs", scheduler.Policy, program.Memory(sizeof(int)), 1, Errno.EPERM);
                set.OnSuccess(program.Count);
            }
        }

        if (process.IoPriority is { } priority)
        {
            program.Add("set I/O priority", priority.Class, SYS_ioprio_set, IOPRIO_WHO_PROCESS, 0, Value(priority));
        }
    }

    /// <summary>Adds the execution domain (config-linux.md, <c>personality</c>).</summary>
    public static void AddPersonality(LaunchProgram program, PersonalityConfig? personality)
    {
        if (personality is null) return;
        if (personality.Flags is { Count: > 0 }) throw new RuntimeException("linux.personality.flags are not supported by any domain yet: leave them out");
        program.Add("set personality", personality.Domain, SYS_personality, personality.Domain switch
        {
            "LINUX" => PER_LINUX,
            "LINUX32" => PER_LINUX32,
            var domain => throw new RuntimeException($"linux.personality.domain: unknown value {domain}; use LINUX or LINUX32"),
        });
    }

    /// <summary>
    /// Lets the process run on every processor of its control group, whatever this program was bound to: the limits are the
    /// container's own, not those of whoever makes it.
    /// </summary>
    public static void ResetAffinity(LaunchProgram program)
    {
        var mask = program.Memory(ProcessorSet.MostBytes);
        new Span<byte>((void*)mask, ProcessorSet.MostBytes).Fill(0xFF);
        program.Add("reset CPU affinity", null, SYS_sched_setaffinity, 0, ProcessorSet.MostBytes, mask).Tolerate(Errno.EINVAL, Errno.EPERM, Errno.ENOSYS);
    }

    /// <summary>Adds the processors the process may run on, a list such as <c>0-3,7</c>; null changes nothing.</summary>
    /// <exception cref="RuntimeException">It is no such list.</exception>
    public static void AddAffinity(LaunchProgram program, string? processors)
    {
        if (string.IsNullOrEmpty(processors)) return;
        var bits = ProcessorSet.Parse(processors) ?? throw new RuntimeException($"execCPUAffinity: not a list of processors: {processors}");
        var mask = program.Memory(bits.Length);
        bits.CopyTo(new Span<byte>((void*)mask, bits.Length));
        if (Log.IsDebug) Log.Debug($"nsexec: affinity: 0x{Convert.ToHexStringLower(Enumerable.Reverse(bits).ToArray()).TrimStart('0')}");
        program.Add("set CPU affinity", processors, SYS_sched_setaffinity, 0, bits.Length, mask);
    }

    private static sched_attr Attributes(SchedulerConfig scheduler) => new()
    {
        size = (uint)sizeof(sched_attr),
        sched_policy = scheduler.Policy switch
        {
            "SCHED_OTHER" => SCHED_OTHER,
            "SCHED_FIFO" => SCHED_FIFO,
            "SCHED_RR" => SCHED_RR,
            "SCHED_BATCH" => SCHED_BATCH,
            "SCHED_ISO" => SCHED_ISO,
            "SCHED_IDLE" => SCHED_IDLE,
            "SCHED_DEADLINE" => SCHED_DEADLINE,
            var policy => throw new RuntimeException($"process.scheduler.policy: unknown value {policy}"),
        },
        sched_flags = Flags(scheduler.Flags),
        sched_nice = scheduler.Nice ?? 0,
        sched_priority = (uint)(scheduler.Priority ?? 0),
        sched_runtime = scheduler.Runtime ?? 0,
        sched_deadline = scheduler.Deadline ?? 0,
        sched_period = scheduler.Period ?? 0,
    };

    private static ulong Flags(IReadOnlyList<string>? names)
    {
        var flags = 0UL;
        foreach (var name in names ?? [])
        {
            flags |= name switch
            {
                "SCHED_FLAG_RESET_ON_FORK" => SCHED_FLAG_RESET_ON_FORK,
                "SCHED_FLAG_RECLAIM" => SCHED_FLAG_RECLAIM,
                "SCHED_FLAG_DL_OVERRUN" => SCHED_FLAG_DL_OVERRUN,
                "SCHED_FLAG_KEEP_POLICY" => SCHED_FLAG_KEEP_POLICY,
                "SCHED_FLAG_KEEP_PARAMS" => SCHED_FLAG_KEEP_PARAMS,
                "SCHED_FLAG_UTIL_CLAMP_MIN" => SCHED_FLAG_UTIL_CLAMP_MIN,
                "SCHED_FLAG_UTIL_CLAMP_MAX" => SCHED_FLAG_UTIL_CLAMP_MAX,
                _ => throw new RuntimeException($"process.scheduler.flags: unknown value {name}"),
            };
        }

        return flags;
    }

    private static long Value(IoPriorityConfig priority)
    {
        if (priority.Priority is < 0 or > 7) throw new RuntimeException($"process.ioPriority.priority {priority.Priority} is not from 0 to 7");
        long kind = priority.Class switch
        {
            "IOPRIO_CLASS_RT" => IOPRIO_CLASS_RT,
            "IOPRIO_CLASS_BE" => IOPRIO_CLASS_BE,
            "IOPRIO_CLASS_IDLE" => IOPRIO_CLASS_IDLE,
            var name => throw new RuntimeException($"process.ioPriority.class: unknown value {name}"),
        };
        return (kind << ClassShift) | (long)priority.Priority;
    }
}
