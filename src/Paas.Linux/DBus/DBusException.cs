namespace Paas.Linux.DBus;

/// <summary>The other side of the bus answered with an error, or not in its protocol.</summary>
/// <param name="name">The error's name, e.g. <c>org.freedesktop.systemd1.UnitExists</c>.</param>
/// <param name="message">Its words for people.</param>
public sealed class DBusException(string name, string message) : IOException(message)
{
    public string Name { get; } = name;
}
