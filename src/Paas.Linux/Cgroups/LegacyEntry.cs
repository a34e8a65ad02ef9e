using Microsoft.Win32.SafeHandles;
using Paas.Linux.Launching;
using static Paas.Linux.Native;

namespace Paas.Linux.Cgroups;

/// <summary>
/// The way of a new process into the v1 directories of its group: it writes itself into their <c>tasks</c>. A process of one thread
/// that names itself is moved at once (Linux 5.5 and later). To move another one, or one with threads, the kernel waits first until every
/// processor has seen that nobody may fork meanwhile: ten milliseconds on a machine with nothing else to do.
/// </summary>
public sealed class LegacyEntry : IDisposable
{
    private readonly SafeFileHandle?[] _files;
    private readonly string[] _directories;

    /// <exception cref="LinuxException">A directory is not there, or may not be written to.</exception>
    internal LegacyEntry(string[] directories)
    {
        _directories = directories;
        _files = new SafeFileHandle?[directories.Length];
        try
        {
            // Opened here: the kernel asks what the one who opened them may do, and the process may be nobody by then.
            for (var i = 0; i < directories.Length; i++) _files[i] = Files.Open(directories[i] + "/tasks", O_WRONLY);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Adds the steps by which the process that runs the program, of one thread, joins.</summary>
    public void AddTo(LaunchProgram program)
    {
        if (_files.Length == 0) return;
        var self = program.Text("0");
        for (var i = 0; i < _files.Length; i++)
        {
            var file = _files[i]!.DangerousGetHandle();
            program.Add("join control group", _directories[i], SYS_write, file, self, 1);
            program.Add("close", null, SYS_close, file);
        }
    }

    public void Dispose()
    {
        foreach (var file in _files) file?.Dispose();
    }
}
