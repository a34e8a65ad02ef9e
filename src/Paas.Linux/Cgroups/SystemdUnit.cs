using Paas.Linux.DBus;
using Paas.Linux.Launching;
using static Paas.Linux.Native;

namespace Paas.Linux.Cgroups;

/// <summary>
/// A scope: a control group that systemd makes, with the limits as its own, and leaves to whoever asked for it (Delegate).
/// </summary>
/// <param name="Name">E.g. <c>docker-0123.scope</c>.</param>
/// <param name="Slice">What it is part of, e.g. <c>system.slice</c>.</param>
/// <param name="Description">For people.</param>
/// <param name="Properties">Further ones, which win over those of limits.</param>
public sealed record SystemdUnit(string Name, string Slice, string Description, IReadOnlyList<SystemdProperty> Properties)
{
    private const string Suffix = ".slice";

    /// <summary>Path of the control group.</summary>
    /// <exception cref="CgroupException">The slice's name is none.</exception>
    public string Path => $"{ExpandSlice(Slice).TrimEnd('/')}/{Name}";

    /// <summary>
    /// The path of a slice, whose name holds it: <c>a-b.slice</c> is <c>/a.slice/a-b.slice</c>; <c>-.slice</c> is the root.
    /// </summary>
    /// <exception cref="CgroupException">It is no slice's name.</exception>
    public static string ExpandSlice(string slice)
    {
        if (slice == "-" + Suffix) return "/";
        var words = slice.EndsWith(Suffix, StringComparison.Ordinal) ? slice[..^Suffix.Length].Split('-') : [];
        if (words.Length == 0 || words.Contains("") || slice.Contains('/')) throw new CgroupException($"invalid slice name: {slice}");
        return string.Concat(words.Select((_, last) => $"/{string.Join('-', words.Take(last + 1))}{Suffix}"));
    }

    /// <summary>
    /// Lets systemd make it. A scope lives as long as a process is in it, so that one is put there that waits for being disposed of.
    /// </summary>
    internal IDisposable Start(CgroupLimits limits, bool unified)
    {
        var holder = Hold();
        try
        {
            var properties = new List<SystemdProperty>
            {
                new("Description", DBusValue.Of(Description)),
                new("Slice", DBusValue.Of(Slice)),
                new("Delegate", DBusValue.Of(true)),
                new("PIDs", DBusValue.Of([(uint)holder.Pid])),
                new("MemoryAccounting", DBusValue.Of(true)),
                new("CPUAccounting", DBusValue.Of(true)),
                new(unified ? "IOAccounting" : "BlockIOAccounting", DBusValue.Of(true)),
                new("TasksAccounting", DBusValue.Of(true)),
                new("DefaultDependencies", DBusValue.Of(false)),
            };
            properties.AddRange(SystemdLimits.Of(limits, unified));
            properties.AddRange(Properties);
            using var systemd = SystemdBus.Connect();
            Start(systemd, properties);
            return holder;
        }
        catch (DBusException e)
        {
            holder.Dispose();
            throw new CgroupException($"unable to start unit \"{Name}\": {e.Message}");
        }
        catch
        {
            holder.Dispose();
            throw;
        }
    }

    /// <summary>Tells systemd new limits, so that it does not write the old ones over them some day.</summary>
    internal void Update(CgroupLimits limits, bool unified)
    {
        var properties = SystemdLimits.Of(limits, unified);
        if (properties.Count == 0) return;
        try
        {
            using var systemd = SystemdBus.Connect();
            systemd.SetUnitProperties(Name, properties);
        }
        catch (DBusException e)
        {
            throw new CgroupException($"unable to set unit properties: {e.Message}");
        }
    }

    /// <summary>Stops it, and lets systemd forget it. Whatever is left then is removed as any group.</summary>
    internal void Stop()
    {
        try
        {
            using var systemd = SystemdBus.Connect();
            try
            {
                systemd.StopUnit(Name);
            }
            catch (DBusException)
            {
                // It is gone already, its last process having ended; or it failed, which follows.
            }

            systemd.ResetFailedUnit(Name);
        }
        catch (IOException)
        {
            // Not known any more.
        }
    }

    private void Start(SystemdBus systemd, IReadOnlyList<SystemdProperty> properties)
    {
        try
        {
            systemd.StartTransientUnit(Name, properties);
        }
        catch (DBusException e) when (e.Name == "org.freedesktop.systemd1.UnitExists")
        {
            // May be the failed rest of an earlier one.
            systemd.ResetFailedUnit(Name);
            systemd.StartTransientUnit(Name, properties);
        }
    }

    private static Holder Hold()
    {
        using var never = new Pipe();
        var program = new LaunchProgram();
        program.Add("prctl PR_SET_PDEATHSIG", null, SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
        program.Add("wait", null, SYS_read, never.ReadEnd, program.Memory(16), 1).NeedsData();
        program.Add("exit", null, SYS_exit_group, 0);
        return new Holder(Launcher.Launch(program, new Pipe(), 0));
    }

    private sealed class Holder(LaunchedProcess process) : IDisposable
    {
        public int Pid => process.Pid;

        public void Dispose()
        {
            process.Abandon();
            process.Dispose();
        }
    }
}
