using System.Text.RegularExpressions;
using Paas.Build.Dockerfiles.Syntax;

namespace Paas.Build.Dockerfiles.Instructions;

/// <summary><c>FROM [--platform=…] IMAGE [AS name]</c>.</summary>
internal static partial class FromInstruction
{
    /// <exception cref="DockerfileException">It is not of that form.</exception>
    public static Stage Parse(SyntaxNode node, int index, IReadOnlyList<Instruction> instructions)
    {
        var flags = new InstructionFlags(node, "platform");
        var arguments = node.Arguments;
        var isNamed = arguments.Count == 3 && string.Equals(arguments[1], "as", StringComparison.OrdinalIgnoreCase);
        if (arguments.Count != 1 && !isNamed) throw new DockerfileException("FROM requires either one or three arguments", node.StartLine);
        var name = isNamed ? arguments[2] : null;
        if (name is not null && !StageName().IsMatch(name))
        {
            throw new DockerfileException(
                $"invalid name for build stage: {QuotedText.Of(name)}, name can't start with a number or contain symbols", node.StartLine, name);
        }

        return new Stage(node, index, arguments[0], name?.ToLowerInvariant(), name, flags.Text("platform"), instructions);
    }

    [GeneratedRegex(@"\A[a-z][a-z0-9-_.]*\z", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex StageName();
}
