using System.Collections.Concurrent;
using Paas.Logs;

namespace Paas.ControlPlane.Logs;

/// <summary>What the platform does with an app, in the app's own log: source <c>paas</c>.</summary>
internal sealed class PlatformLog(ControlPlaneOptions options) : IDisposable
{
    private const string Source = "paas";

    private readonly ConcurrentDictionary<string, Lazy<LogWriter>> _writers = new();

    internal void Write(string app, string text) =>
        _writers.GetOrAdd(app, name => new Lazy<LogWriter>(() => new LogWriter(Path.Combine(options.LogsDirectory, name, Source)))).Value.Write(LogStream.System, text);

    /// <summary>Closes the log of an app that is destroyed.</summary>
    internal void Forget(string app)
    {
        if (_writers.TryRemove(app, out var writer) && writer.IsValueCreated) writer.Value.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var app in _writers.Keys) Forget(app);
    }
}
