namespace Paas.Linux;

/// <content>Starting programs (spawn.h).</content>
public static partial class Native
{
    public const int POSIX_SPAWN_SETSIGDEF = 4;
    public const int POSIX_SPAWN_SETSIGMASK = 8;
    public const int POSIX_SPAWN_SETSID = 0x80;
}
