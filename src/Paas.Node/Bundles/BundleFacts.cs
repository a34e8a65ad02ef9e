using Paas.Oci.Images;

namespace Paas.Node.Bundles;

/// <summary>What a bundle is made of besides the container's own configuration.</summary>
/// <param name="Image">How the image says it starts.</param>
/// <param name="User">Who it runs as.</param>
/// <param name="UserBase">First host id of its user namespace; null without one.</param>
/// <param name="CgroupsPath">Its control group.</param>
/// <param name="EtcDirectory">Directory of the generated files of <c>/etc</c>.</param>
/// <param name="HostName">Of its UTS namespace.</param>
/// <param name="Limits">What the host lets us set.</param>
internal sealed record BundleFacts(
    ExecutionConfig Image,
    ContainerUser User,
    int? UserBase,
    string CgroupsPath,
    string EtcDirectory,
    string HostName,
    HostLimits Limits);
