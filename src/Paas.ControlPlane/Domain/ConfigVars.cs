using System.Text;
using System.Text.RegularExpressions;
using Paas.Contracts.Errors;

namespace Paas.ControlPlane.Domain;

/// <summary>The rules for an app's config vars.</summary>
internal static partial class ConfigVars
{
    private const int MaxValueBytes = 64 << 10;
    private const int MaxTotalBytes = 512 << 10;

    /// <summary>
    /// The variables after a change; null removes one. InvalidRequest for a bad name or value, and for a name that the platform sets itself.
    /// </summary>
    internal static IReadOnlyDictionary<string, string> Apply(IReadOnlyDictionary<string, string> current, IReadOnlyDictionary<string, string?> change)
    {
        var result = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in current) result[name] = value;
        foreach (var (name, value) in change)
        {
            CheckName(name);
            if (value is null) result.Remove(name);
            else result[name] = Checked(name, value);
        }

        // The kernel takes arguments and environment together; far below its limit a mistake is likelier than a need.
        if (result.Sum(pair => Encoding.UTF8.GetByteCount(pair.Key) + Encoding.UTF8.GetByteCount(pair.Value) + 2) > MaxTotalBytes)
            throw new PaasException(ErrorCode.InvalidRequest, $"the config vars would have more than {MaxTotalBytes >> 10} KiB together");
        return result;
    }

    /// <summary>One line about a change: names only, for values are secrets.</summary>
    internal static string Describe(IReadOnlyDictionary<string, string?> change)
    {
        var set = change.Where(pair => pair.Value is not null).Select(pair => pair.Key).Order(StringComparer.Ordinal).ToList();
        var unset = change.Where(pair => pair.Value is null).Select(pair => pair.Key).Order(StringComparer.Ordinal).ToList();
        var parts = new List<string>(2);
        if (set.Count > 0) parts.Add($"Set {string.Join(", ", set)} config var{(set.Count == 1 ? "" : "s")}");
        if (unset.Count > 0) parts.Add($"{(parts.Count > 0 ? "unset" : "Unset")} {string.Join(", ", unset)} config var{(unset.Count == 1 ? "" : "s")}");
        return string.Join("; ", parts);
    }

    private static void CheckName(string name)
    {
        if (name.Length > 255 || !NameRule().IsMatch(name))
        {
            throw new PaasException(
                ErrorCode.InvalidRequest,
                $"'{name}' cannot be the name of a config var",
                "A name has letters, digits and underscores and does not begin with a digit.");
        }

        if (name == "PORT" || name.StartsWith("PAAS_", StringComparison.Ordinal))
        {
            throw new PaasException(
                ErrorCode.InvalidRequest,
                $"{name} is set by the platform itself",
                name == "PORT" ? "Listen on the port that PORT names; the router finds it." : "Names that begin with PAAS_ are the platform's; choose another.");
        }
    }

    private static string Checked(string name, string value)
    {
        if (value.Contains('\0', StringComparison.Ordinal))
            throw new PaasException(ErrorCode.InvalidRequest, $"the value of {name} holds a NUL character, which no environment variable can");
        if (Encoding.UTF8.GetByteCount(value) > MaxValueBytes)
            throw new PaasException(ErrorCode.InvalidRequest, $"the value of {name} has more than {MaxValueBytes >> 10} KiB");
        return value;
    }

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*\\z")]
    private static partial Regex NameRule();
}
