using Microsoft.Win32.SafeHandles;
using Paas.Linux.Launching;
using Paas.Runtime.Hooks;

namespace Paas.Runtime.Containers;

/// <summary>A first process that is there, and what its parent keeps for it.</summary>
/// <param name="Process">The process.</param>
/// <param name="Go">Where it is told to go on; null for one that needs no telling.</param>
/// <param name="Network">A network namespace made for it, or null.</param>
/// <param name="Hooks">The hooks it runs, or null.</param>
internal sealed record Launched(LaunchedProcess Process, Pipe? Go, SafeFileHandle? Network, ContainerHooks? Hooks) : IDisposable
{
    public void Dispose()
    {
        Go?.Dispose();
        Network?.Dispose();
        Hooks?.Dispose();
        Process.Dispose();
    }
}
