using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace Paas.Node.Processes;

/// <summary>
/// Starts programs from one thread that lives as long as the node. A child that asks the kernel for a signal when its parent
/// dies gets it when the <em>thread</em> that started it ends (prctl(2), PR_SET_PDEATHSIG), and pooled threads come and go.
/// </summary>
internal sealed class LauncherThread : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];
    private readonly Thread _thread;

    public LauncherThread()
    {
        _thread = new Thread(() =>
        {
            foreach (var start in _work.GetConsumingEnumerable()) start();
        })
        { IsBackground = true, Name = "launcher" };
        _thread.Start();
    }

    /// <summary>Starts a program; the caller disposes the process.</summary>
    public async Task<Process> StartAsync(ProcessStartInfo info)
    {
        var started = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            var process = new Process { StartInfo = info };
            try
            {
                process.Start();
                started.SetResult(process);
            }
            catch (Exception e)
            {
                process.Dispose();
                started.SetException(ExceptionDispatchInfo.SetCurrentStackTrace(e));
            }
        });
        return await started.Task;
    }

    public void Dispose()
    {
        _work.CompleteAdding();
        _thread.Join();
        _work.Dispose();
    }
}
