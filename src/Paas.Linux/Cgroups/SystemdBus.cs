using Paas.Linux.DBus;

namespace Paas.Linux.Cgroups;

/// <summary>A connection to systemd's manager of units, as far as control groups need it (org.freedesktop.systemd1(5)).</summary>
internal sealed class SystemdBus : IDisposable
{
    private const string ObjectPath = "/org/freedesktop/systemd1";
    private const string Interface = "org.freedesktop.systemd1.Manager";

    // systemd's own socket is there for root without any bus between, and sends its signals unasked.
    private const string PrivateSocket = "/run/systemd/private";
    private const string SystemBus = "/run/dbus/system_bus_socket";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly DBusConnection _connection;
    private readonly string? _destination;

    private SystemdBus(DBusConnection connection, string? destination) => (_connection, _destination) = (connection, destination);

    /// <exception cref="CgroupException">There is no systemd to talk to.</exception>
    public static SystemdBus Connect()
    {
        if (DBusConnection.Open(PrivateSocket, Patience) is { } own) return new SystemdBus(own, null);
        if (DBusConnection.Open(SystemBus, Patience) is not { } bus)
        {
            throw new CgroupException(
                "systemd cgroup flag passed, but systemd support for managing cgroups is not available: "
                + $"nobody listens on {PrivateSocket} or {SystemBus}");
        }

        bus.Call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "Hello");
        bus.Call(
            "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "AddMatch", "s",
            arguments => arguments.String($"type='signal',interface='{Interface}',member='JobRemoved',path='{ObjectPath}'"));
        var systemd = new SystemdBus(bus, "org.freedesktop.systemd1");
        systemd.Call("Subscribe");
        return systemd;
    }

    /// <summary>Makes a unit and waits until it is there.</summary>
    /// <exception cref="DBusException">systemd refuses it.</exception>
    public void StartTransientUnit(string unit, IReadOnlyList<SystemdProperty> properties)
    {
        var job = Call("StartTransientUnit", "ssa(sv)a(sa(sv))", arguments =>
        {
            arguments.String(unit).String("replace");
            Write(arguments, properties);
            // No further units with it.
            arguments.Array(8, _ => { });
        }).String();
        if (WaitForJob(job) is var result and not "done")
        {
            throw new DBusException("failed", $"error creating systemd unit `{unit}`: got `{result}`");
        }
    }

    /// <summary>Stops a unit and waits until it is gone.</summary>
    public void StopUnit(string unit) =>
        WaitForJob(Call("StopUnit", "ss", arguments => arguments.String(unit).String("replace")).String());

    /// <summary>Lets systemd forget a unit that failed.</summary>
    public void ResetFailedUnit(string unit) => Call("ResetFailedUnit", "s", arguments => arguments.String(unit));

    /// <summary>Changes a unit until the next boot.</summary>
    public void SetUnitProperties(string unit, IReadOnlyList<SystemdProperty> properties) =>
        Call("SetUnitProperties", "sba(sv)", arguments =>
        {
            arguments.String(unit).Boolean(true);
            Write(arguments, properties);
        });

    private static void Write(DBusWriter arguments, IReadOnlyList<SystemdProperty> properties) => arguments.Array(8, list =>
    {
        foreach (var property in properties) list.Structure().String(property.Name).Variant(property.Value);
    });

    private DBusMessage Call(string member, string signature = "", Action<DBusWriter>? arguments = null) =>
        _connection.Call(_destination, ObjectPath, Interface, member, signature, arguments);

    // JobRemoved: number, job, unit, result.
    private string WaitForJob(string job)
    {
        while (true)
        {
            var signal = _connection.WaitForSignal();
            if (signal is not { Member: "JobRemoved", Signature: "uoss" }) continue;
            signal.UInt32();
            if (signal.String() != job) continue;
            signal.String();
            return signal.String();
        }
    }

    public void Dispose() => _connection.Dispose();
}

/// <summary>A property of a unit (systemd.resource-control(5), under the names they have on the bus).</summary>
public readonly record struct SystemdProperty(string Name, DBusValue Value);
