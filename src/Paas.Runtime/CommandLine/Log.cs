using System.Text;
using Microsoft.Win32.SafeHandles;
using Paas.Linux;
using Paas.Linux.Events;

namespace Paas.Runtime.CommandLine;

/// <summary>
/// What this run of the program has to say: lines of runc's form, on standard error or in the file of <c>--log</c>. Docker and
/// containerd show the last line of level "error" there.
/// </summary>
internal static class Log
{
    private static SafeFileHandle? _file;
    private static bool _json;
    private static bool _debug;

    /// <summary>Opens the log the options name; until then lines go to standard error as text.</summary>
    /// <exception cref="LinuxException">The file cannot be opened.</exception>
    public static void Open(GlobalOptions options)
    {
        (_json, _debug) = (options.JsonLog, options.Debug);
        if (options.Log is { Length: > 0 } path)
        {
            _file = Files.Open(path, Native.O_WRONLY | Native.O_CREAT | Native.O_APPEND, ReadableByAll);
        }
    }

    /// <summary>Whether debug lines are wanted, for lines that cost something to make.</summary>
    public static bool IsDebug => _debug;

    /// <summary>Says what is being done, if <c>--debug</c> was given.</summary>
    public static void Debug(string message)
    {
        if (_debug) Write("debug", message);
    }

    /// <summary>Says what is amiss although it goes on.</summary>
    public static void Warning(string message) => Write("warning", message);

    /// <summary>Says why it ends. With a log file the caller's terminal is told too.</summary>
    public static void Error(string message)
    {
        Write("error", message);
        if (_file is not null) StandardOutput.WriteError(message + "\n");
    }

    private const int ReadableByAll = 0x1A4; // 0644

    private static void Write(string level, string message)
    {
        var time = TimeProvider.System.GetUtcNow().ToString("yyyy-MM-ddTHH:mm:ssZ");
        var line = _json ? JsonLine(level, message, time) : Encoding.UTF8.GetBytes($"time={LogText.Quote(time)} level={level} msg={LogText.Quote(message)}\n");
        using var standardError = new SafeFileHandle(2, ownsHandle: false);
        try
        {
            // In one piece: several processes may append to the file.
            Descriptors.Write(_file ?? standardError, line);
        }
        catch (IOException)
        {
            // Nobody reads it, or the disk is full: neither is worth failing for.
        }
    }

    private static byte[] JsonLine(string level, string message, string time) => JsonText.Line(json =>
    {
        json.WriteString("level", level);
        json.WriteString("msg", message);
        json.WriteString("time", time);
    });
}
