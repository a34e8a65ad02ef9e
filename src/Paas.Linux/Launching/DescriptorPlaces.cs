using static Paas.Linux.Native;

namespace Paas.Linux.Launching;

/// <summary>The descriptors that a new program is to find at the first numbers.</summary>
public static class DescriptorPlaces
{
    // Above all that a program is started with.
    private const int OutOfTheWay = 64;

    /// <summary>Adds the steps that give descriptor n the n-th source, whatever places they come from; these stay open across execve.</summary>
    public static void Fill(LaunchProgram program, params ReadOnlySpan<Argument> sources)
    {
        // First out of the way, so that none overwrites another.
        var copies = new Register[sources.Length];
        for (var i = 0; i < sources.Length; i++)
        {
            copies[i] = program.NewRegister();
            program.Add("duplicate descriptor", $"{i}", SYS_fcntl, sources[i], F_DUPFD_CLOEXEC, OutOfTheWay).Into(copies[i]);
        }

        for (var i = 0; i < sources.Length; i++) program.Add("place descriptor", $"{i}", SYS_dup3, copies[i], i, 0);
    }
}
