namespace Paas.Launch.Toml;

/// <summary>A document that is not TOML 1.0, or not of the shape its reader needs.</summary>
/// <param name="line">Line of the document, from 1.</param>
/// <param name="reason">What is wrong, without the line.</param>
public sealed class TomlException(int line, string reason) : Exception($"line {line}: {reason}")
{
    /// <summary>Line of the document, from 1.</summary>
    public int Line { get; } = line;

    /// <summary>What is wrong, without the line.</summary>
    public string Reason { get; } = reason;
}
