using Paas.Contracts.Supervision;
using Paas.Runtime.Supervise;

namespace Paas.Runtime.Tests.Supervise;

public sealed class SupervisionTests
{
    // The whole matrix: phase, event and what follows. What is not here cannot come.
    private static readonly (SupervisionPhase From, SupervisionEvent Happening, SupervisionPhase To)[] Transitions =
    [
        (SupervisionPhase.Starting, SupervisionEvent.Started, SupervisionPhase.Running),
        (SupervisionPhase.Starting, SupervisionEvent.StartFailed, SupervisionPhase.Failed),
        (SupervisionPhase.Starting, SupervisionEvent.RestartFailed, SupervisionPhase.Backoff),
        (SupervisionPhase.Running, SupervisionEvent.Ended, SupervisionPhase.Backoff),
        (SupervisionPhase.Running, SupervisionEvent.EndedForGood, SupervisionPhase.Exited),
        (SupervisionPhase.Running, SupervisionEvent.StopAsked, SupervisionPhase.Stopping),
        (SupervisionPhase.Running, SupervisionEvent.RestartAsked, SupervisionPhase.Restarting),
        (SupervisionPhase.Backoff, SupervisionEvent.DelayOver, SupervisionPhase.Starting),
        (SupervisionPhase.Backoff, SupervisionEvent.StopAsked, SupervisionPhase.Exited),
        (SupervisionPhase.Backoff, SupervisionEvent.RestartAsked, SupervisionPhase.Starting),
        (SupervisionPhase.Stopping, SupervisionEvent.Ended, SupervisionPhase.Exited),
        (SupervisionPhase.Stopping, SupervisionEvent.EndedForGood, SupervisionPhase.Exited),
        (SupervisionPhase.Stopping, SupervisionEvent.StopAsked, SupervisionPhase.Stopping),
        (SupervisionPhase.Restarting, SupervisionEvent.Ended, SupervisionPhase.Starting),
        (SupervisionPhase.Restarting, SupervisionEvent.EndedForGood, SupervisionPhase.Starting),
        (SupervisionPhase.Restarting, SupervisionEvent.StopAsked, SupervisionPhase.Stopping),
        (SupervisionPhase.Restarting, SupervisionEvent.RestartAsked, SupervisionPhase.Restarting),
    ];

    [Fact]
    public void Every_event_in_every_phase_leads_where_it_should_or_is_refused()
    {
        var expected = Transitions.ToDictionary(transition => (transition.From, transition.Happening), transition => transition.To);
        foreach (var phase in Enum.GetValues<SupervisionPhase>())
        {
            foreach (var happening in Enum.GetValues<SupervisionEvent>())
            {
                var can = expected.TryGetValue((phase, happening), out var to);
                Assert.Equal((phase, happening, can), (phase, happening, phase.Can(happening)));
                if (can) Assert.Equal(to, phase.Next(happening));
                else Assert.Throws<InvalidOperationException>(() => phase.Next(happening));
            }
        }
    }

    [Fact]
    public void Nothing_follows_once_it_is_over()
    {
        var over = Enum.GetValues<SupervisionPhase>().Where(phase => phase.IsOver());
        Assert.Equal([SupervisionPhase.Exited, SupervisionPhase.Failed], over);
        Assert.DoesNotContain(Transitions, transition => transition.From.IsOver());
    }

    [Fact]
    public void Every_phase_can_be_left_for_one_that_is_over()
    {
        foreach (var phase in Enum.GetValues<SupervisionPhase>())
        {
            var reached = new HashSet<SupervisionPhase> { phase };
            while (Transitions.Any(transition => reached.Contains(transition.From) && reached.Add(transition.To)))
            {
            }

            Assert.Contains(reached, last => last.IsOver());
        }
    }

    [Theory]
    [InlineData(SupervisionPhase.Starting, SupervisedStatus.Starting)]
    [InlineData(SupervisionPhase.Running, SupervisedStatus.Running)]
    [InlineData(SupervisionPhase.Backoff, SupervisedStatus.Backoff)]
    [InlineData(SupervisionPhase.Stopping, SupervisedStatus.Stopping)]
    [InlineData(SupervisionPhase.Restarting, SupervisedStatus.Stopping)]
    [InlineData(SupervisionPhase.Exited, SupervisedStatus.Exited)]
    [InlineData(SupervisionPhase.Failed, SupervisedStatus.Failed)]
    internal void Others_see_a_status(SupervisionPhase phase, SupervisedStatus status) => Assert.Equal(status, phase.Status());
}
