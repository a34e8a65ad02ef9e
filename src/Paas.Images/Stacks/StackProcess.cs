using System.Diagnostics;

namespace Paas.Images.Stacks;

/// <summary>Runs one of the scripts in namespaces of its own; it and all it started end with us, even by kill -9.</summary>
internal static class StackProcess
{
    private static readonly string[] Required = ["mmdebstrap", "unshare", "setpriv", "mount", "chroot"];

    private static readonly HashSet<string> Inherited = new(StringComparer.OrdinalIgnoreCase)
    {
        "ftp_proxy", "http_proxy", "https_proxy", "no_proxy", "SSL_CERT_DIR", "SSL_CERT_FILE",
    };

    /// <summary>The lines of mmdebstrap and the scripts that tell people something.</summary>
    private static readonly string[] Progress = ["I: running apt-get", "I: downloading", "I: extracting", "I: installing", "I: cleaning"];

    /// <exception cref="StackException">Something is missing on this host.</exception>
    public static void CheckHost()
    {
        if (!Environment.IsPrivilegedProcess) throw new StackException("building the stack needs root", "run it as root");
        var missing = Required.FirstOrDefault(program => Find(program) is null);
        if (missing is null) return;
        var package = missing == "mmdebstrap" ? "mmdebstrap" : "util-linux mount coreutils";
        throw new StackException($"building the stack needs '{missing}', which is not installed", $"apt-get install {package}");
    }

    /// <param name="script">Run by <c>sh -e</c>.</param>
    /// <param name="environment">All the script gets besides proxy settings.</param>
    /// <param name="arguments">The script's <c>$@</c>.</param>
    /// <param name="output">Receives progress.</param>
    public static async Task RunAsync(
        string script,
        IReadOnlyDictionary<string, string> environment,
        IReadOnlyList<string> arguments,
        Action<string> output,
        CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo("setpriv") { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var word in (string[])
            ["--pdeathsig", "KILL", "--", "unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child=KILL", "--mount-proc", "--", "sh", "-ec", script, "stack"])
        {
            start.ArgumentList.Add(word);
        }

        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        // Nothing of ours may change what is built; only the way to the mirror is this host's business.
        foreach (var name in start.Environment.Keys.Where(name => !Inherited.Contains(name)).ToArray()) start.Environment.Remove(name);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        var lines = new List<string>();
        // The kernel sends the death signal when the thread that started the process ends, so that must be one that waits for it.
        var exitCode = await Task.Factory.StartNew(
            () => Run(start, lines, output, cancellationToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        cancellationToken.ThrowIfCancellationRequested();
        if (exitCode != 0) throw StackFailure.Explain(lines);
    }

    /// <summary>The first program of that name on the PATH; null when there is none.</summary>
    private static string? Find(string program) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "/usr/sbin:/usr/bin:/sbin:/bin").Split(':')
            .Select(directory => Path.Combine(directory, program))
            .FirstOrDefault(File.Exists);

    private static int Run(ProcessStartInfo start, List<string> lines, Action<string> output, CancellationToken cancellationToken)
    {
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        using var registration = cancellationToken.Register(() => process.Kill(entireProcessTree: true));
        process.OutputDataReceived += (_, line) => Receive(line.Data, lines, output);
        process.ErrorDataReceived += (_, line) => Receive(line.Data, lines, output);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.WaitForExit();
        return process.ExitCode;
    }

    private static void Receive(string? line, List<string> lines, Action<string> output)
    {
        if (string.IsNullOrWhiteSpace(line)) return;
        lock (lines)
        {
            lines.Add(line);
            if (Progress.Any(step => line.StartsWith(step, StringComparison.Ordinal))) output(line[3..]);
        }
    }
}
