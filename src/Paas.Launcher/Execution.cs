using Paas.Linux;
using Paas.Linux.Spawning;

namespace Paas.Launcher;

/// <summary>The last step.</summary>
internal static class Execution
{
    private const string Init = "/usr/bin/tini";

    /// <summary>For lines and profile scripts.</summary>
    internal static string Shell => File.Exists("/bin/bash") ? "/bin/bash" : "/bin/sh";

    /// <summary>An environment as <c>NAME=VALUE</c>.</summary>
    internal static IReadOnlyList<string> Pairs(Dictionary<string, string> env) => [.. env.Select(variable => $"{variable.Key}={variable.Value}")];

    /// <summary>Becomes a program, which is looked for in the environment's own path. Returns only by throwing.</summary>
    /// <exception cref="LaunchException">It is not there, or cannot be executed.</exception>
    internal static void Become(IReadOnlyList<string> words, Dictionary<string, string> env)
    {
        var pairs = Pairs(env);
        // The first process of a container reaps what others leave behind, and is killed by no signal that it does not handle: not
        // what an app expects of itself.
        if (Environment.ProcessId == 1 && File.Exists(Init)) Spawn.Execute(Init, [Init, "--", .. words], pairs);
        var denied = false;
        foreach (var path in Candidates(words[0], env.GetValueOrDefault("PATH", "")))
        {
            try
            {
                Spawn.Execute(path, words, pairs);
            }
            catch (LinuxException exception) when (exception.Errno is Errno.ENOENT or Errno.ENOTDIR or Errno.EACCES)
            {
                denied |= exception.Errno == Errno.EACCES;
            }
        }

        throw denied
            ? new LaunchException($"{words[0]} cannot be executed: permission denied", LaunchException.NotExecutable)
            : new LaunchException($"there is no program {words[0]}", LaunchException.NotFound);
    }

    private static IEnumerable<string> Candidates(string program, string path) => program.Contains('/')
        ? [program]
        : path.Split(':').Select(directory => Path.Combine(directory.Length == 0 ? "." : directory, program));
}
