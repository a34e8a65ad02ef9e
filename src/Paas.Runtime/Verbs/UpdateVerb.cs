using System.Globalization;
using Paas.Oci.Runtime;
using Paas.Runtime.CommandLine;
using Paas.Runtime.Containers;
using Paas.Runtime.State;

namespace Paas.Runtime.Verbs;

/// <summary><c>update</c>: changes the limits of a container while it runs.</summary>
internal sealed class UpdateVerb
{
    private MemoryLimits _memory = new();
    private ProcessorLimits _cpu = new();
    private BlockLimits _block = new();
    private PidsLimit? _pids;
    private string? _file;

    public static int Run(GlobalOptions global, string[] arguments)
    {
        var verb = new UpdateVerb();
        var reader = new OptionReader(Commands.Update, arguments);
        while (reader.NextOption() is { } option) verb.Take(option, reader);
        var container = KnownContainer.Load(global.Root, reader.OnlyId());
        container.Update(GroupLimits.Update(verb.Resources()));
        return 0;
    }

    private void Take(string option, OptionReader reader)
    {
        var name = option.TrimStart('-');
        switch (name)
        {
            case "resources":
                _file = reader.Value();
                break;
            case "blkio-weight":
                _block = _block with { Weight = reader.Number() is var weight and not 0 ? (uint)weight : null };
                break;
            case "pids-limit":
                _pids = new PidsLimit { Limit = reader.Number() };
                break;
            case "memory" or "memory-reservation" or "memory-swap" or "kernel-memory" or "kernel-memory-tcp":
                _memory = Memory(name, reader.Value());
                break;
            case "cpuset-cpus":
                _cpu = _cpu with { Cpus = reader.Value() };
                break;
            case "cpuset-mems":
                _cpu = _cpu with { Mems = reader.Value() };
                break;
            case "l3-cache-schema" or "mem-bw-schema":
                if (reader.Value().Length > 0) throw new RuntimeException($"--{name}: Intel RDT is not supported");
                break;
            default:
                if (!name.StartsWith("cpu-", StringComparison.Ordinal)) throw reader.Unknown();
                _cpu = Processor(name, reader.Value(), reader);
                break;
        }
    }

    private MemoryLimits Memory(string name, string text)
    {
        if (text.Length == 0) return _memory;
        var bytes = ByteSize.TryParse(text, out var size) ? size : throw new UsageException($"invalid value for {name}: invalid size: '{text}'");
        return name switch
        {
            "memory" => _memory with { Limit = bytes },
            "memory-reservation" => _memory with { Reservation = bytes },
            "memory-swap" => _memory with { Swap = bytes },
            _ => _memory,
        };
    }

    private ProcessorLimits Processor(string name, string text, OptionReader reader)
    {
        if (text.Length == 0) return _cpu;
        return name switch
        {
            "cpu-period" => _cpu with { Period = Unsigned() },
            "cpu-burst" => _cpu with { Burst = Unsigned() },
            "cpu-share" => _cpu with { Shares = Unsigned() },
            "cpu-rt-period" => _cpu with { RealtimePeriod = Unsigned() },
            "cpu-quota" => _cpu with { Quota = Signed() },
            "cpu-rt-runtime" => _cpu with { RealtimeRuntime = Signed() },
            "cpu-idle" => _cpu with { Idle = Signed() },
            _ => throw reader.Unknown(),
        };

        ulong Unsigned() =>
            ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw Invalid();

        long Signed() =>
            long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : throw Invalid();

        UsageException Invalid() => new($"invalid value for {name}: not a number: \"{text}\"");
    }

    private ResourcesConfig Resources()
    {
        var resources = _file switch
        {
            null => new ResourcesConfig { Memory = _memory, Cpu = _cpu, BlockIO = _block, Pids = _pids },
            "-" => ReadStandardInput(),
            _ => CreateOptions.Read(_file, bytes => RuntimeConfigReader.ReadResources(bytes)),
        };
        // Without a limit of memory there is none of memory and swap either.
        if (resources.Memory is { Limit: -1, Swap: null }) resources = resources with { Memory = resources.Memory with { Swap = 0 } };
        return resources;
    }

    private static ResourcesConfig ReadStandardInput()
    {
        using var input = new Microsoft.Win32.SafeHandles.SafeFileHandle(0, ownsHandle: false);
        return CreateOptions.Read(input, "standard input", bytes => RuntimeConfigReader.ReadResources(bytes));
    }
}
