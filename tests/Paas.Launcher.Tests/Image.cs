using System.Diagnostics;
using Paas.Launch.Processes;
using Paas.Testing;

namespace Paas.Launcher.Tests;

/// <summary>The layers and the app of an image, as directories, in front of which the real launcher is run.</summary>
internal sealed class Image : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public Image(params LaunchProcess[] processes)
    {
        Write("app/app.txt", "the app");
        Write("layers/" + LaunchPlan.File, new LaunchPlan([new("one/a", "1", "0.10"), new("two/b", "2", "0.12")], processes).Write());
        Directory.CreateDirectory(_directory.Combine("process"));
        foreach (var process in processes) File.CreateSymbolicLink(_directory.Combine("process", process.Type), Path.GetFullPath(Programs.Launcher));
    }

    public string App => _directory.Combine("app");

    public string Layers => _directory.Combine("layers");

    public void Write(string path, string text, bool executable = false)
    {
        var file = _directory.Combine(path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
        if (executable) File.SetUnixFileMode(file, File.GetUnixFileMode(file) | UnixFileMode.UserExecute);
    }

    /// <summary>Starts a process type.</summary>
    public (int Status, string Output, string Errors) Start(string type, params string[] arguments) => Run(_directory.Combine("process", type), arguments);

    /// <summary>Runs the launcher itself.</summary>
    public (int Status, string Output, string Errors) Launch(params string[] arguments) => Run(Programs.Launcher, arguments);

    public Dictionary<string, string> Environment { get; } = new() { ["PATH"] = "/cnb/process:/cnb/lifecycle:/usr/bin:/bin" };

    /// <summary>Runs any program in the same surroundings.</summary>
    public (int Status, string Output, string Errors) Run(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        start.Environment.Clear();
        foreach (var (name, value) in Environment) start.Environment[name] = value;
        start.Environment["CNB_LAYERS_DIR"] = Layers;
        start.Environment["CNB_APP_DIR"] = App;
        start.Environment["CNB_PLATFORM_API"] = "0.13";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }

    public void Dispose() => _directory.Dispose();
}
