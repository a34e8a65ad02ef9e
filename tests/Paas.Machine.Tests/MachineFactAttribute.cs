namespace Paas.Machine.Tests;

/// <summary>A test that needs a machine: root, and user-mode Linux. <c>./tests/run --no-machine</c> skips it.</summary>
public class MachineFactAttribute : FactAttribute
{
    public MachineFactAttribute()
    {
        if (!Environment.IsPrivilegedProcess) Skip = "needs root; ./tests/run runs it";
        else if (Environment.GetEnvironmentVariable("PAAS_NO_MACHINE") is { Length: > 0 }) Skip = "--no-machine: nothing was tried on pure cgroup v2 with systemd";
    }
}

/// <summary>As <see cref="MachineFactAttribute"/>, and too long for every run: <c>./tests/run --soak</c> runs it.</summary>
public sealed class SoakMachineFactAttribute : MachineFactAttribute
{
    public SoakMachineFactAttribute()
    {
        if (!Soak.IsOn) Skip ??= "takes long; ./tests/run --soak runs it";
    }
}

/// <summary>Whether the long forms of tests are asked for.</summary>
internal static class Soak
{
    public static bool IsOn => Environment.GetEnvironmentVariable("PAAS_SOAK") is { Length: > 0 };
}
