using System.Reflection;
using System.Runtime.InteropServices;
using Paas.Contracts.Errors;
using Paas.Router;
using Paas.Router.Hosting;

if (args is ["--help"] or ["-h"])
{
    Console.WriteLine(RouterOptions.Usage);
    return 0;
}

if (args is ["--version"])
{
    Console.WriteLine(typeof(RouterServer).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion);
    return 0;
}

// Continuations run where the kernel's events arrive instead of travelling through the thread pool. Safe only because nothing on
// that path blocks (docs/decisions/0012). Read once by the first socket, so it is set before there is any.
Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
try
{
    return await ServeAsync(RouterOptions.Parse(args));
}
catch (FormatException error)
{
    Console.Error.WriteLine($"paas-router: {error.Message}\n\n{RouterOptions.Usage}");
    return ErrorCodes.ExitUsage;
}
catch (Exception error) when (error is IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"paas-router: {error.Message}");
    return ErrorCodes.ExitFailure;
}
catch (PaasException error)
{
    Console.Error.WriteLine($"paas-router: {error.Message}");
    if (error.Hint is not null) Console.Error.WriteLine($"paas-router: {error.Hint}");
    return ErrorCodes.ExitFailure;
}

static async Task<int> ServeAsync(RouterOptions options)
{
    var stopping = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
    using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
    await using var server = new RouterServer(options, TimeProvider.System);
    await server.StartAsync(CancellationToken.None);
    ServiceNotification.Send("READY=1");
    await stopping.Task;
    ServiceNotification.Send("STOPPING=1");
    await server.StopAsync();
    return 0;

    void Stop(PosixSignalContext context)
    {
        context.Cancel = true;
        stopping.TrySetResult();
    }
}
