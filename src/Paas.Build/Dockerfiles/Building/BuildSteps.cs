using System.Globalization;
using Paas.Build.Lifecycle;

namespace Paas.Build.Dockerfiles.Building;

/// <summary>The steps of a build in its output: each has a number, and every line of it begins with that. Thread-safe.</summary>
internal sealed class BuildSteps(PushOutput output, TimeProvider time)
{
    private readonly PushOutput _output = output;
    private readonly TimeProvider _time = time;
    private int _last;
    private int _cached;
    private int _done;

    public int Cached => _cached;

    public int Done => _done;

    /// <summary>Begins a step.</summary>
    /// <param name="title">E.g. <c>[build 2/4] RUN make</c>.</param>
    public Step Begin(string title)
    {
        var step = new Step(this, Interlocked.Increment(ref _last));
        step.Write(title);
        return step;
    }

    /// <summary>One step; written to by any thread.</summary>
    internal sealed class Step(BuildSteps steps, int number)
    {
        private readonly long _begun = steps._time.GetTimestamp();

        public void Write(string text) => steps._output.Detail($"#{number} {text}");

        /// <summary>A line of what the step runs.</summary>
        public void Line(string text) => Write(string.Create(CultureInfo.InvariantCulture, $"{Seconds:0.000} {text}"));

        public void MarkCached()
        {
            Interlocked.Increment(ref steps._cached);
            Write("CACHED");
        }

        public void MarkDone()
        {
            Interlocked.Increment(ref steps._done);
            Write(string.Create(CultureInfo.InvariantCulture, $"DONE {Seconds:0.0}s"));
        }

        private double Seconds => steps._time.GetElapsedTime(_begun).TotalSeconds;
    }
}
