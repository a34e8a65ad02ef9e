using System.Text.RegularExpressions;
using Paas.Contracts.Supervision;

namespace Paas.ControlPlane.Health;

/// <summary>What commonly lies behind an exit status and the last lines of a process, and what its owner can do about it. Pure.</summary>
internal static partial class Advice
{
    // The first that fits: what is sure comes before what is likely.
    private static readonly (Regex Sign, string Text)[] Known =
    [
        (Module(), "The package '$1' is not in the image. Name it in the app's dependencies (package.json, requirements.txt, …), commit the lockfile too, and push again."),
        (ReadOnlyFile(), "'$1' cannot be written: files of the image belong to the release. Write to /tmp, or keep data in a database."),
        (Lookup(), "The name '$1' cannot be resolved from the app. Look at the variable that names it: paas config."),
        (PortTaken(), "Its port is taken: two of the app's processes listen on one port. Listen once, on the port that PORT names."),
        (Variable(), "The variable '$1' is not set. Set it with: paas config:set $1=VALUE"),
        (SyntaxError(), "That is a syntax error in the app's source. Run the app where you wrote it, correct it, commit and push again."),
    ];

    /// <summary>A sentence or two, or null where nothing is known.</summary>
    internal static string? For(ProcessExit? exit, IReadOnlyList<string> lines)
    {
        var text = string.Join('\n', lines);
        if (Interpreter().Match(text) is { Success: true } interpreter)
        {
            return $"'{interpreter.Groups[1].Value}' begins with #! and a program that the image has not. Correct its first line; lines must not end with CR LF.";
        }

        if (exit?.ExitCode == 126 && Denied().Match(text) is { Success: true } denied)
        {
            return $"'{denied.Groups[1].Value}' is not executable. Run: git update-index --chmod=+x {denied.Groups[1].Value}, commit and push again.";
        }

        if (exit?.ExitCode == 127 && NotFound().Match(text) is { Success: true } missing)
        {
            return $"There is no command '{missing.Groups[1].Value}' in the image. Correct the Procfile, or add what brings it: to the app's dependencies, or a Debian package to an Aptfile.";
        }

        foreach (var (sign, advice) in Known)
        {
            if (sign.Match(text) is { Success: true } match) return match.Result(advice);
        }

        return null;
    }

    [GeneratedRegex(@"(?:Cannot find (?:module|package) '|No module named '?|cannot load such file -- )([\w@][\w@/.-]*)")]
    private static partial Regex Module();

    [GeneratedRegex(@"(?:EROFS: read-only file system, \w+|EACCES: permission denied, (?:open|mkdir|unlink|rename)|(?:Read-only file system|Permission denied):) '([^']+)'")]
    private static partial Regex ReadOnlyFile();

    [GeneratedRegex(@"(?:getaddrinfo (?:ENOTFOUND|EAI_AGAIN)|could not translate host name|lookup|Could not resolve host:?) ""?([\w.-]+)")]
    private static partial Regex Lookup();

    [GeneratedRegex("EADDRINUSE|Address already in use")]
    private static partial Regex PortTaken();

    [GeneratedRegex(@"(?:KeyError: '|key not found: ""|[Mm]issing (?:required )?(?:environment |config )?(?:variable|var):? |environment variable )([A-Z][A-Z0-9_]{2,})")]
    private static partial Regex Variable();

    [GeneratedRegex("SyntaxError|syntax error")]
    private static partial Regex SyntaxError();

    [GeneratedRegex(@"(\S+): (?:cannot execute: required file not found|bad interpreter)")]
    private static partial Regex Interpreter();

    [GeneratedRegex(@"(\S+): Permission denied")]
    private static partial Regex Denied();

    [GeneratedRegex(@"(\S+): (?:command )?not found")]
    private static partial Regex NotFound();
}
