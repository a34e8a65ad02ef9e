using Paas.Build.Dockerfiles.Checks;
using Paas.Build.Dockerfiles.Instructions;
using Paas.Build.Dockerfiles.Words;
using Paas.Oci;
using Paas.Oci.Images;

namespace Paas.Build.Dockerfiles.Building;

/// <summary>Whether each <c>FROM</c> names an image also where nobody gives a build argument.</summary>
internal static class DefaultBaseNames
{
    private static readonly Dictionary<string, string> Nothing = [];

    public static IEnumerable<CheckWarning> Check(Dockerfile file, Platform platform)
    {
        var defaults = new WordExpansion(file.Tree.Directives.Escape, new BuildArguments(file, Nothing, platform, "default").Global);
        foreach (var stage in file.Stages.Where(stage => stage.Base.Contains('$')))
        {
            if (Names(defaults, stage.Base)) continue;
            yield return new CheckWarning(
                CheckRule.InvalidDefaultArgInFrom, $"Default value for ARG {stage.Base} results in empty or invalid base image name", stage.Node.StartLine, stage.Node.EndLine);
        }
    }

    private static bool Names(WordExpansion defaults, string name)
    {
        try
        {
            return Reference.TryParse(defaults.Expand(name).Text, out _);
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
