namespace Paas.Linux.Cgroups;

/// <summary>A control group cannot do what was asked of it, for a reason the kernel has no error number for.</summary>
public sealed class CgroupException(string message) : IOException(message);
