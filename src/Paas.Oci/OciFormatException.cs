namespace Paas.Oci;

/// <summary>A document that is not what its specification says.</summary>
public sealed class OciFormatException : FormatException
{
    public OciFormatException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
