using System.Collections.Concurrent;
using Microsoft.Win32.SafeHandles;
using Paas.Linux.Netlink;

namespace Paas.Node.Tests;

/// <summary>
/// Runs asynchronous code in a network namespace: every continuation comes back to the one thread that is in it, so that no
/// step of the code under test touches the host's network.
/// </summary>
internal static class PrivateNamespace
{
    public static void Run(Func<Task> work) => NetworkNamespace.RunInNew(() => Pump(work));

    public static T In<T>(SafeFileHandle netns, Func<T> work) => NetworkNamespace.Run((int)netns.DangerousGetHandle(), work);

    private static int Pump(Func<Task> work)
    {
        var context = new OneThread();
        SynchronizationContext.SetSynchronizationContext(context);
        var task = work();
        task.ContinueWith(_ => context.Complete(), TaskScheduler.Default);
        context.RunToCompletion();
        task.GetAwaiter().GetResult();
        return 0;
    }

    private sealed class OneThread : SynchronizationContext
    {
        private readonly BlockingCollection<(SendOrPostCallback Callback, object? State)> _posted = [];

        public override void Post(SendOrPostCallback d, object? state) => _posted.Add((d, state));

        public void Complete() => _posted.CompleteAdding();

        public void RunToCompletion()
        {
            foreach (var (callback, state) in _posted.GetConsumingEnumerable()) callback(state);
        }
    }
}
