using System.Text;

namespace Paas.Runtime.Checkpoints;

/// <summary>The few messages of criu's service that are needed here, in protobuf's encoding (rpc.proto; a field is its number and kind, then its value).</summary>
/// <param name="IsNotification">Whether it asks for something in the middle of its work, and waits for an acknowledgement.</param>
/// <param name="Succeeded">Whether what was asked for has been done.</param>
internal readonly record struct CriuMessage(bool IsNotification, bool Succeeded)
{
    private const int Dump = 1, Restore = 2, Notify = 6;
    private const int LogLevel = 4;

    /// <summary>What says that a notification was taken.</summary>
    public static ReadOnlySpan<byte> Acknowledgement => [1 << 3, Notify, 3 << 3, 1];

    /// <summary>The request; everything that is not said here is in the file of options.</summary>
    public static byte[] Request(bool isRestore, int pid, string optionFile)
    {
        var options = new List<byte>();
        // images_dir_fd is required, and none.
        Number(options, 1, ulong.MaxValue);
        if (!isRestore) Number(options, 2, (ulong)pid);
        Number(options, 9, LogLevel);
        Number(options, 12, 1); // notify_scripts
        if (isRestore) Number(options, 26, 1); // rst_sibling
        Number(options, 50, 1); // orphan_pts_master
        Bytes(options, 51, Encoding.UTF8.GetBytes(optionFile)); // config_file
        var request = new List<byte>();
        Number(request, 1, (ulong)(isRestore ? Restore : Dump));
        Bytes(request, 2, [.. options]);
        return [.. request];
    }

    /// <summary>Reads an answer, passing over what is not needed.</summary>
    public static CriuMessage Read(ReadOnlySpan<byte> bytes)
    {
        var (type, succeeded) = (0UL, false);
        while (bytes.Length > 0)
        {
            var field = Variable(ref bytes);
            var value = (field & 7) switch
            {
                0 => Variable(ref bytes),
                2 => Skip(ref bytes, Variable(ref bytes)),
                5 => Skip(ref bytes, sizeof(uint)),
                1 => Skip(ref bytes, sizeof(ulong)),
                var kind => throw new RuntimeException($"criu's answer has a field of an unknown kind {kind}"),
            };
            if (field >> 3 == 1) type = value;
            if (field >> 3 == 2) succeeded = value != 0;
        }

        return new CriuMessage(type == Notify, succeeded);
    }

    private static ulong Skip(ref ReadOnlySpan<byte> bytes, ulong length)
    {
        bytes = length <= (ulong)bytes.Length ? bytes[(int)length..] : throw new RuntimeException("criu's answer ends too early");
        return 0;
    }

    private static ulong Variable(ref ReadOnlySpan<byte> bytes)
    {
        var value = 0UL;
        for (var shift = 0; shift < 64 && bytes.Length > 0; shift += 7)
        {
            var piece = bytes[0];
            bytes = bytes[1..];
            value |= (ulong)(piece & 0x7f) << shift;
            if (piece < 0x80) return value;
        }

        throw new RuntimeException("criu's answer ends too early");
    }

    private static void Number(List<byte> message, int field, ulong value)
    {
        Variable(message, (ulong)field << 3);
        Variable(message, value);
    }

    private static void Bytes(List<byte> message, int field, byte[] value)
    {
        Variable(message, ((ulong)field << 3) | 2);
        Variable(message, (ulong)value.Length);
        message.AddRange(value);
    }

    private static void Variable(List<byte> message, ulong value)
    {
        for (; value >= 0x80; value >>= 7) message.Add((byte)(value | 0x80));
        message.Add((byte)value);
    }
}
