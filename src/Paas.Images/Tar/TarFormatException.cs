namespace Paas.Images.Tar;

/// <summary>Bytes that are no tar, or one of a form that no layer has.</summary>
internal sealed class TarFormatException(string message) : IOException(message);
