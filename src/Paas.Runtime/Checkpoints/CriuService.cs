using System.Text;
using Microsoft.Win32.SafeHandles;
using Paas.Linux;
using Paas.Linux.Launching;
using Paas.Linux.Sockets;
using Paas.Runtime.Verbs;

namespace Paas.Runtime.Checkpoints;

/// <summary>
/// criu asked over a socket (its <c>swrk</c>), which is the only way to be given the master end of a terminal that it makes. All else it is told as
/// on its command line, by a file of options.
/// </summary>
/// <param name="place">Directory for the file of options.</param>
/// <param name="master">Takes the master end of a terminal; null where none is made.</param>
internal sealed class CriuService(string place, Action<SafeFileHandle>? master)
{
    private const int LongestAnswer = 64 * 1024;

    /// <summary>Dumps or restores.</summary>
    /// <param name="isRestore">Which of the two.</param>
    /// <param name="pid">Whom to dump.</param>
    /// <param name="log">Name of the log in the working directory.</param>
    /// <param name="arguments">As on the command line.</param>
    /// <param name="surroundings">What else the process is given; what it keeps stays open until this returns.</param>
    /// <exception cref="RuntimeException">It is not there or fails.</exception>
    public void Run(bool isRestore, int pid, string log, IReadOnlyList<string> arguments, HostProgramPlace? surroundings = null)
    {
        var options = Path.Combine(place, "criu.conf");
        Files.WriteAtomically(options, Encoding.UTF8.GetBytes(CriuOptionFile.Text([.. arguments, "--log-file", Path.GetFileName(log)])), durable: false);
        var (ours, theirs) = UnixSocket.Pair(records: true);
        using var inherited = new InheritedForCriu(InheritedForCriu.AfterAll);
        var number = inherited.Add((int)theirs.DangerousGetHandle());
        var done = false;
        try
        {
            CriuProgram.Run(isRestore ? "restore" : "dump", log, ["swrk", $"{number}"], new HostProgramPlace
            {
                Namespaces = surroundings?.Namespaces ?? 0,
                Kept = [.. inherited.Numbers, .. surroundings?.Kept ?? []],
                Prepare = program =>
                {
                    inherited.Place(program);
                    surroundings?.Prepare(program);
                },
                Talk = () =>
                {
                    theirs.Dispose();
                    done = Talk(ours, CriuMessage.Request(isRestore, pid, options));
                },
            }, isService: true);
        }
        finally
        {
            ours.Dispose();
            theirs.Dispose();
            Files.TryRemove(options);
        }

        if (!done) throw CriuProgram.Failure(isRestore ? "restore" : "dump", 1, log, "");
    }

    private bool Talk(SafeFileHandle socket, byte[] request)
    {
        DescriptorPassing.Send(socket, request);
        var answer = new byte[LongestAnswer];
        while (true)
        {
            var (bytes, descriptors) = DescriptorPassing.Receive(socket, answer);
            if (bytes <= 0) return false;
            var message = CriuMessage.Read(answer.AsSpan(0, bytes));
            if (!message.IsNotification) return message.Succeeded;
            foreach (var descriptor in descriptors)
            {
                using (descriptor) master?.Invoke(descriptor);
            }

            DescriptorPassing.Send(socket, CriuMessage.Acknowledgement);
        }
    }
}
