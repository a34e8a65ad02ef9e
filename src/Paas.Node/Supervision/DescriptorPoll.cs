using Microsoft.Win32.SafeHandles;
using Paas.Linux;
using Paas.Linux.Events;

namespace Paas.Node.Supervision;

/// <summary>
/// Waits for pipes and terminals, on one thread for all of them: a read that blocks would take a thread each, and could not be
/// cancelled.
/// </summary>
internal sealed class DescriptorPoll
{
    private readonly Lock _lock = new();
    private readonly List<Waiting> _waiting = [];
    private readonly SafeFileHandle _woken;
    private readonly SafeFileHandle _wake;

    private DescriptorPoll()
    {
        (_woken, _wake) = Descriptors.Pipe();
        new Thread(Run) { IsBackground = true, Name = "descriptors" }.Start();
    }

    public static DescriptorPoll Shared { get; } = new();

    /// <summary>Waits until the next read or write would not block.</summary>
    public async Task WaitAsync(SafeFileHandle descriptor, PollEvents wanted, CancellationToken ct)
    {
        var waiting = new Waiting(descriptor, wanted);
        lock (_lock) _waiting.Add(waiting);
        Wake();
        await using (ct.Register(() =>
        {
            waiting.Ready.TrySetCanceled(ct);
            Wake();
        }))
        {
            await waiting.Ready.Task;
        }
    }

    private void Wake() => Descriptors.Write(_wake, [1]);

    private void Run()
    {
        var bytes = new byte[256];
        while (true)
        {
            Waiting[] all;
            lock (_lock)
            {
                foreach (var over in _waiting.FindAll(one => one.Ready.Task.IsCompleted)) Remove(over);
                all = [.. _waiting];
            }

            var descriptors = new Native.pollfd[all.Length + 1];
            descriptors[0] = Entry(_woken, PollEvents.Readable);
            for (var i = 0; i < all.Length; i++) descriptors[i + 1] = Entry(all[i].Descriptor, all[i].Wanted);
            _ = Poll.Wait(descriptors, -1);
            while (Descriptors.Read(_woken, bytes) > 0)
            {
            }

            for (var i = 0; i < all.Length; i++)
            {
                if (descriptors[i + 1].revents != 0) all[i].Ready.TrySetResult();
            }
        }
    }

    private void Remove(Waiting over)
    {
        _waiting.Remove(over);
        over.Descriptor.DangerousRelease();
    }

    private static Native.pollfd Entry(SafeFileHandle descriptor, PollEvents wanted) =>
        new() { fd = (int)descriptor.DangerousGetHandle(), events = (short)wanted };

    private sealed class Waiting
    {
        public Waiting(SafeFileHandle descriptor, PollEvents wanted)
        {
            (Descriptor, Wanted) = (descriptor, wanted);
            // Closed while it is waited for, its number could become another's.
            var added = false;
            descriptor.DangerousAddRef(ref added);
        }

        public SafeFileHandle Descriptor { get; }

        public PollEvents Wanted { get; }

        public TaskCompletionSource Ready { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
