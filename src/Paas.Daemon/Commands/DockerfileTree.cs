using Paas.Build;
using Paas.Build.Dockerfiles;
using Paas.Contracts.Errors;

namespace Paas.Daemon.Commands;

/// <summary>
/// <c>paasd dockerfile tree FILE</c> prints how a Dockerfile is read, <c>paasd dockerfile expand TEXT NAME=VALUE…</c> what its variables
/// make of an argument: to compare this builder with others.
/// </summary>
internal static class DockerfileTree
{
    public static int Tree(string path)
    {
        if (!File.Exists(path)) throw new PaasException(ErrorCode.InvalidRequest, $"there is no file {path}");
        return Print(() => [DockerfileInspection.Tree(Path.GetFileName(path), File.ReadAllText(path))]);
    }

    public static int Expand(string text, IEnumerable<string> variables) => Print(() =>
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var variable in variables)
        {
            var equals = variable.IndexOf('=');
            values[equals < 0 ? variable : variable[..equals]] = equals < 0 ? "" : variable[(equals + 1)..];
        }

        var (whole, words) = DockerfileInspection.Expand(text, values);
        return [whole, .. words.Select(word => $"  {word}")];
    });

    private static int Print(Func<IEnumerable<string>> lines)
    {
        try
        {
            foreach (var line in lines()) Console.WriteLine(line);
            return 0;
        }
        catch (BuildException error)
        {
            throw new PaasException(ErrorCode.BuildFailed, error.Message, error.Hint, error);
        }
    }
}
