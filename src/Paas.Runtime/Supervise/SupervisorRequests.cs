using Paas.Contracts.Supervision;
using Paas.Linux;
using Paas.Runtime.Containers;

namespace Paas.Runtime.Supervise;

/// <content>What is asked on the socket.</content>
internal sealed partial class Supervisor
{
    private void Receive(ControlClient client, SupervisorRequest request)
    {
        switch (request.Operation)
        {
            case "state":
                client.Reply(new SupervisorReply(State));
                break;
            case "watch":
                client.Watches = true;
                client.Reply(new SupervisorReply(State));
                break;
            case "stop":
                EndFor(client, request, SupervisionEvent.StopAsked);
                break;
            case "restart":
                EndFor(client, request, SupervisionEvent.RestartAsked);
                break;
            case "signal":
                client.Reply(SignalFor(request));
                break;
            case "exec":
                ExecFor(client, request);
                break;
            case "resizeExec":
                client.Reply(Try(() => _execs.Resize(client, request.ExecId, request.Size)));
                break;
            case "signalExec":
                client.Reply(Try(() => _execs.Signal(client, request.ExecId, SignalNumber(request.Signal ?? ""))));
                break;
            default:
                client.Reply(new SupervisorReply(State, $"there is no operation {request.Operation}"));
                break;
        }
    }

    private void EndFor(ControlClient client, SupervisorRequest request, SupervisionEvent asked)
    {
        if (!_record.Phase.Can(asked))
        {
            client.Reply(new SupervisorReply(State, $"it is {_record.Phase}"));
            return;
        }

        client.Waits = true;
        End(asked, request.GraceSeconds is { } seconds ? TimeSpan.FromSeconds(Math.Clamp(seconds, 0, 86_400)) : ConfiguredGrace);
    }

    private SupervisorReply SignalFor(SupervisorRequest request)
    {
        if (request.Signal is null || !SignalNames.TryParse(request.Signal, out var signal))
        {
            return new SupervisorReply(State, $"{request.Signal} is not a signal");
        }

        if (_process is null) return new SupervisorReply(State, "there is no process");
        _process.Signal(signal);
        return new SupervisorReply(State);
    }

    private void ExecFor(ControlClient client, SupervisorRequest request)
    {
        if (_record.Phase == SupervisionPhase.Running) _execs.Start(client, request.Exec);
        else client.Reply(new SupervisorReply(State, $"it is {_record.Phase}"));
    }

    private SupervisorReply Try(Action action)
    {
        try
        {
            action();
            return new SupervisorReply(State);
        }
        catch (Exception error) when (error is LinuxException or RuntimeException)
        {
            return new SupervisorReply(State, error.Message);
        }
    }
}
