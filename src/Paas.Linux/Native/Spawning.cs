namespace Paas.Linux;

/// <content>Starting programs (spawn.h).</content>
public static partial class Native
{
    public const int POSIX_SPAWN_SETSIGDEF = 4;
}
