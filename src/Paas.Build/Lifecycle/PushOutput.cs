namespace Paas.Build.Lifecycle;

/// <summary>The build's output in the shape people know from a push.</summary>
internal sealed class PushOutput(Action<string> write)
{
    private readonly Lock _turn = new();

    public void Heading(string text) => Write($"-----> {text}");

    public void Detail(string text) => Write($"       {text}");

    public void Warning(string text) => Write($" !     {text}");

    /// <summary>A line of a buildpack: its own headings and warnings stay, the rest is indented.</summary>
    public void FromBuildpack(string line)
    {
        var shaped = line.StartsWith("-----> ", StringComparison.Ordinal) || line.StartsWith(" !", StringComparison.Ordinal);
        Write(shaped || line.Length == 0 ? line : $"       {line}");
    }

    /// <summary>A line that has the shape already.</summary>
    public void Shaped(string line) => Write(line);

    // A container's two streams are read by two threads.
    private void Write(string line)
    {
        lock (_turn) write(line);
    }
}
