using System.Globalization;
using Paas.Build.Dockerfiles.Syntax;

namespace Paas.Build.Dockerfiles.Instructions;

/// <summary>Understands single instructions.</summary>
internal static class InstructionParser
{
    private static readonly string[] Names =
    [
        "ADD", "ARG", "CMD", "COPY", "ENTRYPOINT", "ENV", "EXPOSE", "FROM", "HEALTHCHECK", "LABEL", "MAINTAINER", "ONBUILD", "RUN",
        "SHELL", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
    ];

    /// <exception cref="DockerfileException">There is no such instruction, or not with these arguments.</exception>
    public static Instruction Parse(SyntaxNode node) => node.Value switch
    {
        "add" => Copy(node, new InstructionFlags(node, "chown", "chmod", "link", "keep-git-dir", "checksum", "exclude", "unpack")),
        "copy" => Copy(node, new InstructionFlags(node, "chown", "from", "chmod", "link", "parents", "exclude")),
        "arg" => Arg(node),
        "env" or "label" => Pairs(node),
        "run" => Run(node),
        "cmd" or "entrypoint" => Command(node),
        "healthcheck" => Healthcheck(node),
        "onbuild" => Onbuild(node),
        "shell" => Shell(node),
        "volume" or "expose" => List(node),
        "user" or "workdir" or "stopsignal" or "maintainer" => Text(node),
        "from" => throw new DockerfileException("FROM isn't allowed here", node.StartLine),
        _ => throw Unknown(node),
    };

    private static DockerfileException Unknown(SyntaxNode node)
    {
        var written = node.Original.TrimStart().Split([' ', '\t'], 2)[0];
        var near = Spelling.Nearest(node.Value, Names);
        return new DockerfileException(
            $"unknown instruction: {written}{(near is null ? "" : $" (did you mean {near}?)")}",
            node.StartLine,
            written,
            near is null ? "If it belongs to the line above, end that line with a backslash." : null);
    }

    private static CopyInstruction Copy(SyntaxNode node, InstructionFlags flags)
    {
        var arguments = node.Arguments;
        if (arguments.Count < 2) throw Wrong(node, "requires at least two arguments", "Name what to copy, and where to.");
        var destination = arguments[^1];
        if (!node.IsJson && Heredoc.TryParse(destination) is not null)
            throw Wrong(node, "cannot accept a heredoc as a destination", null, destination);
        return new CopyInstruction(node, [.. arguments.SkipLast(1)], destination, new CopyFlags
        {
            From = flags.Text("from"),
            Owner = flags.Text("chown"),
            Mode = flags.Text("chmod"),
            Link = flags.Flag("link") ?? false,
            Parents = flags.Flag("parents") ?? false,
            Exclude = flags.Many("exclude"),
            Checksum = flags.Text("checksum"),
            KeepGitDirectory = flags.Flag("keep-git-dir"),
            Unpack = flags.Flag("unpack"),
        });
    }

    private static ArgInstruction Arg(SyntaxNode node)
    {
        _ = new InstructionFlags(node);
        var arguments = node.Arguments;
        if (arguments.Count == 0) throw Wrong(node, "requires at least one argument", "Write it as ARG NAME or ARG NAME=DEFAULT.");
        return new ArgInstruction(node, [.. arguments.Select(Definition)]);

        ArgDefinition Definition(string word)
        {
            var equals = word.IndexOf('=');
            var name = equals < 0 ? word : word[..equals];
            if (name.Length == 0) throw Wrong(node, "names can not be blank", null, word);
            return new ArgDefinition(name, equals < 0 ? null : word[(equals + 1)..]);
        }
    }

    private static PairsInstruction Pairs(SyntaxNode node)
    {
        _ = new InstructionFlags(node);
        var arguments = node.Arguments;
        if (arguments.Count == 0) throw Wrong(node, "requires at least one argument", $"Write it as {node.Value.ToUpperInvariant()} NAME=VALUE.");
        var pairs = new List<KeyValuePair<string, string>>();
        for (var i = 0; i + 2 < arguments.Count; i += 3)
        {
            if (arguments[i].Length == 0) throw Wrong(node, "names can not be blank");
            pairs.Add(new(arguments[i], arguments[i + 1]));
        }

        return new PairsInstruction(node, pairs, arguments[2].Length == 0);
    }

    private static RunInstruction Run(SyntaxNode node)
    {
        var flags = new InstructionFlags(node, "mount", "network", "security");
        var network = flags.Text("network");
        if (network is not (null or "default" or "none" or "host"))
            throw Wrong(node, $"network mode {QuotedText.Of(network)} is none of default, none and host", null, network);
        var security = flags.Text("security");
        if (security is not (null or "sandbox" or "insecure"))
            throw Wrong(node, $"security {QuotedText.Of(security)} is not valid", null, security);
        return new RunInstruction(node, node.Arguments, !node.IsJson, flags.Many("mount"), network, security);
    }

    private static CommandInstruction Command(SyntaxNode node)
    {
        _ = new InstructionFlags(node);
        return new CommandInstruction(node, node.Arguments, !node.IsJson);
    }

    private static HealthcheckInstruction Healthcheck(SyntaxNode node)
    {
        var arguments = node.Arguments;
        if (arguments.Count == 0) throw Wrong(node, "requires at least one argument", "Write HEALTHCHECK CMD COMMAND or HEALTHCHECK NONE.");
        var flags = new InstructionFlags(node, "interval", "timeout", "start-period", "start-interval", "retries");
        var type = arguments[0].ToUpperInvariant();
        if (type == "NONE")
        {
            if (arguments.Count > 1) throw Wrong(node, "NONE takes no arguments");
            return new HealthcheckInstruction(node, ["NONE"], 0, 0, 0, 0, 0);
        }

        if (type != "CMD") throw Wrong(node, $"unknown type {QuotedText.Of(arguments[0])}", "Write HEALTHCHECK CMD COMMAND or HEALTHCHECK NONE.", arguments[0]);
        if (arguments.Count == 1) throw Wrong(node, "missing command after HEALTHCHECK CMD");
        var retries = 0;
        if (flags.Text("retries") is { } text && (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out retries) || retries < 0))
            throw Wrong(node, $"--retries cannot be {text}", null, text);
        return new HealthcheckInstruction(
            node,
            [node.IsJson ? "CMD" : "CMD-SHELL", .. arguments.Skip(1)],
            flags.Duration("interval"),
            flags.Duration("timeout"),
            flags.Duration("start-period"),
            flags.Duration("start-interval"),
            retries);
    }

    private static OnbuildInstruction Onbuild(SyntaxNode node)
    {
        _ = new InstructionFlags(node);
        if (node.Next?.Children is not [var inner]) throw Wrong(node, "requires at least one argument", "Name the instruction for images built upon this one.");
        if (inner.Value == "onbuild") throw new DockerfileException("Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed", node.StartLine);
        if (inner.Value is "from" or "maintainer") throw new DockerfileException($"{inner.Value.ToUpperInvariant()} isn't allowed as an ONBUILD trigger", node.StartLine);
        inner.StartLine = node.StartLine;
        inner.EndLine = node.EndLine;
        inner.Heredocs = node.Heredocs;
        Parse(inner);
        var expression = node.Original.TrimStart()["onbuild".Length..].TrimStart();
        foreach (var document in node.Heredocs) expression += $"\n{document.Content}{document.Name}";
        return new OnbuildInstruction(node, expression);
    }

    private static ShellInstruction Shell(SyntaxNode node)
    {
        _ = new InstructionFlags(node);
        if (!node.IsJson) throw Wrong(node, "requires the arguments to be in JSON form", "Write it as SHELL [\"/bin/bash\", \"-c\"].");
        if (node.Arguments.Count == 0) throw Wrong(node, "requires at least one argument");
        return new ShellInstruction(node, node.Arguments);
    }

    private static ListInstruction List(SyntaxNode node)
    {
        _ = new InstructionFlags(node);
        var arguments = node.Arguments;
        if (arguments.Count == 0) throw Wrong(node, "requires at least one argument");
        if (node.Value == "volume" && arguments.Any(path => path.Trim().Length == 0)) throw Wrong(node, "specified can not be an empty string");
        return new ListInstruction(node, arguments);
    }

    private static TextInstruction Text(SyntaxNode node)
    {
        _ = new InstructionFlags(node);
        return node.Arguments is [var text] ? new TextInstruction(node, text) : throw Wrong(node, "requires exactly one argument");
    }

    private static DockerfileException Wrong(SyntaxNode node, string what, string? hint = null, string? token = null) =>
        new($"{node.Value.ToUpperInvariant()} {what}", node.StartLine, token, hint);
}
