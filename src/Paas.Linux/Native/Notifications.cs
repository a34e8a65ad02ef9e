namespace Paas.Linux;

/// <content>Event counters and changes of files (sys/eventfd.h, sys/inotify.h).</content>
public static partial class Native
{
    public const int EFD_CLOEXEC = 0x80000;
    public const int EFD_NONBLOCK = 0x800;
    public const int IN_CLOEXEC = 0x80000;
    public const int IN_NONBLOCK = 0x800;
    public const int IN_MODIFY = 2;
}
