using Paas.Cli.CommandLine;

namespace Paas.Cli.Commands;

/// <summary>A <c>NAME=VALUE</c> word.</summary>
internal static class Assignment
{
    public static (string Name, string Value) Read(string word)
    {
        var equals = word.IndexOf('=', StringComparison.Ordinal);
        if (equals > 0) return (word[..equals], word[(equals + 1)..]);
        throw new UsageException($"'{word}' is not NAME=VALUE", "For example: GREETING=Hello");
    }
}
