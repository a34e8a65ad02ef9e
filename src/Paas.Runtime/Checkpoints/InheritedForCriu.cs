using Microsoft.Win32.SafeHandles;
using Paas.Linux;
using Paas.Linux.Launching;
using static Paas.Linux.Native;

namespace Paas.Runtime.Checkpoints;

/// <summary>Descriptors that criu is started with, for what it restores.</summary>
internal sealed class InheritedForCriu : IDisposable
{
    // Above those it opens itself, and those that are moved about before it is executed.
    private const int First = 128;

    private readonly List<int> _sources = [];
    private readonly List<SafeFileHandle> _opened = [];

    /// <summary>The numbers criu has them as.</summary>
    public IEnumerable<long> Numbers => Enumerable.Range(First, _sources.Count).Select(number => (long)number);

    /// <summary>Hands on a descriptor of this process; the number criu has it as.</summary>
    public int Add(int descriptor)
    {
        _sources.Add(descriptor);
        return First + _sources.Count - 1;
    }

    /// <summary>Opens a file for criu; the number criu has it as.</summary>
    public int Open(string path)
    {
        _opened.Add(Files.Open(path, O_RDONLY));
        return Add((int)_opened[^1].DangerousGetHandle());
    }

    /// <summary>Adds the steps that put them in place.</summary>
    public void Place(LaunchProgram program)
    {
        for (var i = 0; i < _sources.Count; i++) program.Add("hand on descriptor", $"{_sources[i]}", SYS_dup3, _sources[i], First + i, 0);
    }

    public void Dispose() => _opened.ForEach(handle => handle.Dispose());
}
