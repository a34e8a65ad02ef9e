namespace Paas.Linux;

/// <content>Unmounting (sys/mount.h).</content>
public static partial class Native
{
    public const int MNT_FORCE = 1;
    public const int MNT_DETACH = 2;
    public const int UMOUNT_NOFOLLOW = 8;
}
