using System.Text;
using Paas.Linux;
using Paas.Linux.Launching;
using Paas.Oci.Runtime;
using Paas.Runtime.Containers;
using static Paas.Linux.Native;

namespace Paas.Runtime.Verbs;

/// <summary>A program of the host that is run for its output.</summary>
internal static class HostProgram
{
    /// <summary>Runs it to its end, with this program's input and environment.</summary>
    /// <param name="name">Searched in PATH when it has no slash.</param>
    /// <param name="arguments">Without the name.</param>
    /// <param name="place">What it is to have besides, or null.</param>
    /// <returns>Its exit code, as a shell reports it, and what it wrote to either output.</returns>
    /// <exception cref="LinuxException">It could not be executed.</exception>
    public static (int ExitCode, string Output) Run(string name, string[] arguments, HostProgramPlace? place = null)
    {
        using var output = new Pipe();
        var status = new Pipe();
        var program = new LaunchProgram();
        var execute = new ExecuteSteps(program);
        program.Add("prctl PR_SET_PDEATHSIG", null, SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
        place?.Prepare(program);
        execute.PlaceStandardStreams(0, (int)output.WriteEnd, (int)output.WriteEnd);
        execute.CloseOthers(0, [status.WriteEnd, .. place?.Kept ?? []]);
        // Without a filter there is nobody to hand it over to.
        var credentials = new CredentialSteps(program, status, output, null);
        execute.Execute(new ProcessConfig { Cwd = "/", Args = [name, .. arguments], Env = Environment() }, null, credentials);
        using var child = Launcher.Launch(program, status, (ulong)(place?.Namespaces ?? 0));
        output.CloseWriteEnd();
        using var text = new MemoryStream();
        try
        {
            child.WaitForExec();
            place?.Talk?.Invoke();
            Span<byte> buffer = stackalloc byte[4096];
            while (output.Read(buffer) is > 0 and var count) text.Write(buffer[..count]);
        }
        catch
        {
            child.Abandon();
            throw;
        }

        return (Processes.Reap(child.Handle)!.Value.ShellCode, Encoding.UTF8.GetString(text.ToArray()));
    }

    private static List<string> Environment()
    {
        var variables = new List<string>();
        foreach (System.Collections.DictionaryEntry variable in System.Environment.GetEnvironmentVariables())
        {
            variables.Add($"{variable.Key}={variable.Value}");
        }

        return variables;
    }
}

/// <summary>What a program of the host is given that others are not.</summary>
internal sealed class HostProgramPlace
{
    /// <summary>CLONE_NEW* of namespaces it has to itself.</summary>
    public required int Namespaces { get; init; }

    /// <summary>Steps before it is executed.</summary>
    public required Action<LaunchProgram> Prepare { get; init; }

    /// <summary>Descriptors it keeps.</summary>
    public required IEnumerable<long> Kept { get; init; }

    /// <summary>What is said to it once it runs, and before it is waited for; null: nothing.</summary>
    public Action? Talk { get; init; }
}
