using System.Runtime.InteropServices;
using System.Text.Json;
using Paas.Oci.Runtime;

namespace Paas.Node.Bundles;

/// <summary>
/// The system calls of our containers: an allow-list, as data in <c>seccomp.json</c> (runtime-spec, config-linux.md, Seccomp).
/// What only root of the host may do fails with EPERM, as programs expect; what the list does not know fails with ENOSYS, so
/// that programs fall back to older calls.
/// </summary>
internal static class SeccompProfile
{
    public static SeccompConfig Default { get; } = Load();

    private static SeccompConfig Load()
    {
        using var stream = typeof(SeccompProfile).Assembly.GetManifestResourceStream("seccomp.json")!;
        var profile = JsonSerializer.Deserialize(stream, OciRuntimeJsonContext.Default.SeccompConfig)!;
        var native = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? "SCMP_ARCH_AARCH64" : "SCMP_ARCH_X86_64";
        return profile with { Architectures = [native] };
    }
}
