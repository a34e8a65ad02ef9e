namespace Paas.Runtime;

/// <summary>A failure the person at the command line is meant to read.</summary>
public sealed class RuntimeException(string message, Exception? inner = null) : Exception(message, inner);
