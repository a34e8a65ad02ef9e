namespace Paas.Runtime.Containers;

/// <summary>Makes containers.</summary>
public static class ContainerFactory
{
    /// <summary>
    /// Makes a container: its namespaces, mounts and cgroup stand and its first process waits; <see cref="RunningContainer.Start"/>
    /// lets it execute the bundle's program. On failure nothing is left.
    /// </summary>
    /// <exception cref="Paas.Linux.LinuxException">What the kernel refused, with the step it happened in.</exception>
    /// <exception cref="RuntimeException">What the bundle asks for cannot be done, or the id is taken.</exception>
    public static RunningContainer Create(ContainerSpec spec) => throw new NotImplementedException();
}
