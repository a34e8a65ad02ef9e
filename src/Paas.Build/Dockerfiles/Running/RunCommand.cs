using Paas.Build.Dockerfiles.Building;
using Paas.Build.Dockerfiles.Instructions;
using Paas.Build.Dockerfiles.Syntax;

namespace Paas.Build.Dockerfiles.Running;

/// <summary>What a <c>RUN</c> executes.</summary>
/// <param name="Arguments">The program and its arguments.</param>
/// <param name="Script">A document that is itself the program; null for everything else. Its path is the first argument.</param>
internal sealed record RunCommand(IReadOnlyList<string> Arguments, string? Script)
{
    /// <summary>Directory where a script is found.</summary>
    public const string ScriptDirectory = "/dev/pipes";

    /// <exception cref="DockerfileException">There is nothing to run.</exception>
    public static RunCommand Of(RunInstruction instruction, ImageState state)
    {
        var documents = instruction.Node.Heredocs;
        if (instruction.Arguments.Count == 0) throw new DockerfileException("RUN requires a command", instruction.Line);
        if (documents.Count == 0) return new RunCommand(state.Arguments(instruction)!, null);
        var line = instruction.Arguments[0];
        if (Heredoc.TryParse(line) is null)
        {
            // The shell reads the documents itself.
            return Shell(line + string.Concat(documents.Select(document => $"\n{document.Content}{document.Name}")));
        }

        var text = documents[0].Text;
        if (!text.StartsWith("#!", StringComparison.Ordinal)) return Shell(text);
        return new RunCommand([$"{ScriptDirectory}/{documents[0].Name}"], text);

        RunCommand Shell(string script) => new([.. state.Shell, script], null);
    }
}
