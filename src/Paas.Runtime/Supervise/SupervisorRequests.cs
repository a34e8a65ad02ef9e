using Paas.Contracts.Supervision;

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
}
