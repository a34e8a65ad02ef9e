using Paas.Build.Dockerfiles.Syntax;
using Paas.Build.Dockerfiles.Words;

namespace Paas.Build.Dockerfiles;

/// <summary>Shows how Dockerfiles are read, for comparison with other builders.</summary>
public static class DockerfileInspection
{
    /// <summary>The tree of a Dockerfile, in the form that BuildKit's parser prints.</summary>
    /// <exception cref="BuildException">It cannot be read.</exception>
    public static string Tree(string file, string text)
    {
        try
        {
            return DockerfileReader.Read(text).Dump();
        }
        catch (DockerfileException error)
        {
            throw new BuildException(error.Describe(file, text), error.Hint, error);
        }
    }

    /// <summary>The words of an argument with its variables expanded.</summary>
    /// <exception cref="BuildException">It cannot be expanded.</exception>
    public static (string Text, IReadOnlyList<string> Words) Expand(string text, IReadOnlyDictionary<string, string> variables)
    {
        try
        {
            var expanded = new WordExpansion('\\', variables).Expand(text);
            return (expanded.Text, expanded.Words);
        }
        catch (FormatException error)
        {
            throw new BuildException(error.Message, inner: error);
        }
    }
}
