using Paas.Oci;

namespace Paas.Images.Remote;

/// <summary>Where a blob is on its way.</summary>
public enum TransferStage
{
    /// <summary>It was there already.</summary>
    Present,

    /// <summary>On its way.</summary>
    Moving,

    /// <summary>Arrived and proven.</summary>
    Done,

    /// <summary>The registry took it over from another of its repositories.</summary>
    Mounted,
}

/// <summary>One step of a blob between a registry and the content store.</summary>
/// <param name="Blob">Its digest.</param>
/// <param name="Stage">Where it is.</param>
/// <param name="Bytes">Bytes moved so far.</param>
/// <param name="Size">Bytes in all.</param>
public readonly record struct TransferProgress(Digest Blob, TransferStage Stage, long Bytes, long Size);
