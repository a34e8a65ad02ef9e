using Paas.Contracts.Errors;
using Paas.Contracts.Supervision;

namespace Paas.Node.Processes;

/// <summary>A process whose streams are descriptors that this program holds. Disposing it ends it.</summary>
internal interface IAttachedProcess : IDisposable
{
    /// <summary>The process's input; with a terminal everything.</summary>
    Stream Input { get; }

    /// <summary>The process's output; with a terminal the same as <see cref="Input"/>.</summary>
    Stream Output { get; }

    /// <summary>The process's errors; null with a terminal.</summary>
    Stream? Error { get; }

    /// <summary>Tells the process's terminal its size.</summary>
    Task ResizeAsync(WindowSize size, CancellationToken ct);

    /// <summary>Waits for its end.</summary>
    /// <returns>The exit status; 128 + n after signal n.</returns>
    /// <exception cref="PaasException">Unavailable: how it ended is not known.</exception>
    Task<int> WaitAsync(CancellationToken ct);
}
