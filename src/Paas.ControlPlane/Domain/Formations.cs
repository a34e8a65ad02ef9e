using System.Globalization;
using System.Text.RegularExpressions;
using Paas.Contracts.Errors;

namespace Paas.ControlPlane.Domain;

/// <summary>The rules for process types and their quantities.</summary>
internal static partial class Formations
{
    /// <summary>The type that visitors reach.</summary>
    internal const string Web = "web";

    /// <summary>The type that stands for a task before a deployment, never for something that keeps running.</summary>
    internal const string ReleaseTask = "release";

    private const int MaxQuantity = 100;

    /// <summary>How many instances a type begins with: one web, none of anything else.</summary>
    internal static int DefaultQuantity(string type) => type == Web ? 1 : 0;

    /// <summary>The types of a release that can be scaled.</summary>
    internal static IEnumerable<string> ScalableTypes(IReadOnlyDictionary<string, string> processes) =>
        processes.Keys.Where(type => type != ReleaseTask);

    /// <summary>InvalidRequest for a name that is no process type.</summary>
    internal static void CheckType(string type)
    {
        if (!TypeRule().IsMatch(type) || type == ReleaseTask)
            throw new PaasException(ErrorCode.InvalidRequest, $"'{type}' cannot be scaled: it is not the name of a process type");
    }

    /// <summary>InvalidRequest for a quantity out of range.</summary>
    internal static void CheckQuantity(string type, int quantity)
    {
        if (quantity is < 0 or > MaxQuantity)
            throw new PaasException(ErrorCode.InvalidRequest, string.Create(CultureInfo.InvariantCulture, $"{type}={quantity}: a quantity is between 0 and {MaxQuantity}"));
    }

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9_-]{0,62}\\z")]
    private static partial Regex TypeRule();
}
