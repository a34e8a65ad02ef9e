using Paas.Launch.Toml;
using Paas.Linux;

namespace Paas.Launcher;

/// <summary>
/// Gives a process of an app the environment of its launch layers and becomes it (buildpack spec, "Phase #5: Launch"; platform spec,
/// "launcher"). Called as <c>/cnb/process/TYPE [ARGUMENT...]</c>, <c>launcher LINE [ARGUMENT...]</c> or <c>launcher -- PROGRAM [ARGUMENT...]</c>.
/// </summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        try
        {
            new Launch(Places.OfThisImage()).Run(Environment.GetCommandLineArgs()[0], arguments);
            return LaunchException.Failure;
        }
        catch (LaunchException exception)
        {
            return Fail(exception.Message, exception.ExitCode);
        }
        catch (Exception exception) when (exception is LinuxException or TomlException or IOException or UnauthorizedAccessException)
        {
            return Fail(exception.Message, LaunchException.Failure);
        }
    }

    private static int Fail(string message, int exitCode)
    {
        using var errors = new FileStream(new Microsoft.Win32.SafeHandles.SafeFileHandle(2, ownsHandle: false), FileAccess.Write, bufferSize: 0);
        errors.Write(System.Text.Encoding.UTF8.GetBytes($"launcher: {message}\n"));
        return exitCode;
    }
}
