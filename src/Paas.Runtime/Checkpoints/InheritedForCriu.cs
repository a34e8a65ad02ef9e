using Microsoft.Win32.SafeHandles;
using Paas.Linux;
using Paas.Linux.Launching;
using static Paas.Linux.Native;

namespace Paas.Runtime.Checkpoints;

/// <summary>Descriptors that criu is started with, for what it restores.</summary>
/// <param name="first">The first number.</param>
internal sealed class InheritedForCriu(int first = InheritedForCriu.First) : IDisposable
{
    /// <summary>Above those it opens itself, and those that are moved about before it is executed.</summary>
    public const int First = 128;

    /// <summary>Above those of any container, of which there are few.</summary>
    public const int AfterAll = 256;

    private readonly List<int> _sources = [];
    private readonly List<SafeFileHandle> _opened = [];

    /// <summary>The numbers criu has them as.</summary>
    public IEnumerable<long> Numbers => Enumerable.Range(first, _sources.Count).Select(number => (long)number);

    /// <summary>Hands on a descriptor of this process; the number criu has it as.</summary>
    public int Add(int descriptor)
    {
        _sources.Add(descriptor);
        return first + _sources.Count - 1;
    }

    /// <summary>Opens a file for criu; the number criu has it as.</summary>
    public int Open(string path)
    {
        _opened.Add(Files.Open(path, O_RDONLY));
        return Add((int)_opened[^1].DangerousGetHandle());
    }

    /// <summary>Opens a directory for the steps before criu is executed; its descriptor here.</summary>
    public nint Keep(string directory)
    {
        _opened.Add(Files.Open(directory, O_PATH | O_DIRECTORY));
        return _opened[^1].DangerousGetHandle();
    }

    /// <summary>Adds the steps that put them in place.</summary>
    public void Place(LaunchProgram program)
    {
        for (var i = 0; i < _sources.Count; i++) program.Add("hand on descriptor", $"{_sources[i]}", SYS_dup3, _sources[i], first + i, 0);
    }

    public void Dispose() => _opened.ForEach(handle => handle.Dispose());
}
