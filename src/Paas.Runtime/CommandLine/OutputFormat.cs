namespace Paas.Runtime.CommandLine;

/// <summary>Values of <c>--format</c>.</summary>
internal static class OutputFormat
{
    /// <exception cref="RuntimeException">It is neither <c>json</c> nor <c>table</c>.</exception>
    public static bool IsJson(string format) => format switch
    {
        "json" => true,
        "table" => false,
        _ => throw new RuntimeException($"invalid format option {format}: table or json"),
    };
}
