using System.Text;
using Microsoft.Win32.SafeHandles;
using Paas.Launch.Toml;
using Paas.Linux;
using Paas.Linux.Launching;
using Paas.Linux.Spawning;

namespace Paas.Launcher;

/// <summary>Programs of layers that compute variables when a process starts (buildpack spec, "exec.d").</summary>
internal static class ExecD
{
    private const int MostBytes = 1 << 20;

    /// <summary>Runs one; what it writes to descriptor 3 as TOML is set in the environment.</summary>
    /// <exception cref="LaunchException">It failed, or wrote something else.</exception>
    internal static void Run(string program, Dictionary<string, string> env)
    {
        using var pipe = new Pipe();
        var pid = Start(program, env, pipe);
        pipe.CloseWriteEnd();
        var text = Read(pipe, program);
        using var child = Processes.Open(pid) ?? throw new LaunchException($"{program} cannot be waited for");
        var status = Processes.Reap(child)!.Value.ShellCode;
        if (status != 0) throw new LaunchException($"{program} ended with exit status {status}");
        try
        {
            var document = TomlParser.Parse(text);
            foreach (var name in document.Keys) env[name] = document.Text(name)!;
        }
        catch (TomlException exception)
        {
            throw new LaunchException($"what {program} wrote to descriptor 3 is wrong: {exception.Message}");
        }
    }

    private static int Start(string program, Dictionary<string, string> env, Pipe pipe)
    {
        try
        {
            using var end = new SafeFileHandle(pipe.WriteEnd, ownsHandle: false);
            return Spawn.Attached(program, [program], Execution.Pairs(env), end);
        }
        catch (LinuxException exception)
        {
            throw new LaunchException($"{program} cannot be run: {exception.Message}");
        }
    }

    private static string Read(Pipe pipe, string program)
    {
        using var all = new MemoryStream();
        var buffer = new byte[4096];
        while (pipe.Read(buffer) is > 0 and var length)
        {
            all.Write(buffer, 0, length);
            if (all.Length > MostBytes) throw new LaunchException($"{program} wrote more than {MostBytes} bytes to descriptor 3");
        }

        return Encoding.UTF8.GetString(all.GetBuffer(), 0, (int)all.Length);
    }
}
