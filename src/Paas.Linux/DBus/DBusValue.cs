namespace Paas.Linux.DBus;

/// <summary>A value with its type, as a variant carries it.</summary>
public sealed class DBusValue
{
    private DBusValue(string signature, Action<DBusWriter> write) => (Signature, Write) = (signature, write);

    /// <summary>The type, e.g. <c>as</c> for a list of texts.</summary>
    public string Signature { get; }

    /// <summary>Marshals the value alone.</summary>
    public Action<DBusWriter> Write { get; }

    public static DBusValue Of(string value) => new("s", writer => writer.String(value));

    public static DBusValue Of(bool value) => new("b", writer => writer.Boolean(value));

    public static DBusValue Of(int value) => new("i", writer => writer.Int32(value));

    public static DBusValue Of(uint value) => new("u", writer => writer.UInt32(value));

    public static DBusValue Of(long value) => new("x", writer => writer.Int64(value));

    public static DBusValue Of(ulong value) => new("t", writer => writer.UInt64(value));

    public static DBusValue Of(double value) => new("d", writer => writer.Double(value));

    public static DBusValue Of(IReadOnlyList<string> values) => new("as", writer => writer.Array(4, list =>
    {
        foreach (var value in values) list.String(value);
    }));

    public static DBusValue Of(IReadOnlyList<uint> values) => new("au", writer => writer.Array(4, list =>
    {
        foreach (var value in values) list.UInt32(value);
    }));

    public static DBusValue Of(byte[] values) => new("ay", writer => writer.Array(1, list => list.Append(values)));

    public static DBusValue Of(IReadOnlyList<(string First, string Second)> values) => new("a(ss)", writer => writer.Array(8, list =>
    {
        foreach (var (first, second) in values) list.Structure().String(first).String(second);
    }));
}
