using Paas.Oci.Runtime;
using Paas.Runtime.CommandLine;
using Paas.Runtime.State;

namespace Paas.Runtime.Hooks;

/// <summary>The poststop hooks: the container is gone by then, so that one that fails is told and nothing more (runtime.md, Lifecycle).</summary>
internal static class PoststopHooks
{
    public static void Run(RuntimeConfig config, ContainerRecord record)
    {
        foreach (var hook in config.Hooks?.Poststop ?? [])
        {
            try
            {
                HostHooks.Run("poststop", [hook], record, ContainerStatus.Stopped, 0);
            }
            catch (Exception e) when (e is RuntimeException or IOException)
            {
                Log.Warning(e.Message);
            }
        }
    }
}
