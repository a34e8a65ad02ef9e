using Microsoft.Win32.SafeHandles;
using Paas.Linux;
using static Paas.Linux.Native;

namespace Paas.Runtime.Hooks;

/// <summary>
/// Where hooks print: into a file in memory, for the message of one that fails, or at the end of the files that crun's annotations name,
/// <c>run.oci.hooks.stdout</c> and <c>run.oci.hooks.stderr</c>.
/// </summary>
internal sealed class HookOutput : IDisposable
{
    private readonly SafeFileHandle _memory = HookProcess.OpenFile([]);
    private readonly SafeFileHandle? _output;
    private readonly SafeFileHandle? _error;

    private HookOutput(string? output, string? error)
    {
        try
        {
            _output = Append(output);
            _error = Append(error);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>As the container's annotations say.</summary>
    /// <exception cref="LinuxException">A file they name cannot be opened or made.</exception>
    public static HookOutput Open(IReadOnlyDictionary<string, string>? annotations) =>
        new(annotations?.GetValueOrDefault("run.oci.hooks.stdout"), annotations?.GetValueOrDefault("run.oci.hooks.stderr"));

    /// <summary>Descriptor for standard output.</summary>
    public long Output => (_output ?? _memory).DangerousGetHandle();

    /// <summary>Descriptor for standard error.</summary>
    public long Error => (_error ?? _memory).DangerousGetHandle();

    /// <summary>Each of the two once.</summary>
    public IReadOnlyList<long> Descriptors => Output == Error ? [Output] : [Output, Error];

    /// <summary>The end of what was printed into no file, as one line for a message.</summary>
    public string Printed => HookProcess.Printed(_memory);

    public void Dispose()
    {
        _memory.Dispose();
        _output?.Dispose();
        _error?.Dispose();
    }

    private static SafeFileHandle? Append(string? path) =>
        string.IsNullOrEmpty(path) ? null : Files.Open(path, O_WRONLY | O_CREAT | O_APPEND, 0x1B6 /* 0666, less the umask */);
}
