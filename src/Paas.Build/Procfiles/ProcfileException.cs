namespace Paas.Build.Procfiles;

/// <summary>A Procfile that cannot be understood.</summary>
/// <param name="line">Line of the file, from 1.</param>
/// <param name="reason">What is wrong, without the line.</param>
public sealed class ProcfileException(int line, string reason) : Exception($"Procfile line {line}: {reason}")
{
    /// <summary>Line of the file, from 1.</summary>
    public int Line { get; } = line;

    /// <summary>What is wrong, without the line.</summary>
    public string Reason { get; } = reason;
}
