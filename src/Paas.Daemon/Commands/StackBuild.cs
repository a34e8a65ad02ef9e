using Paas.Contracts.Errors;
using Paas.ControlPlane;
using Paas.Images;
using Paas.Images.Stacks;

namespace Paas.Daemon.Commands;

/// <summary><c>paasd stack build</c>: makes the images that apps are built in and run on; returns at once where they are there.</summary>
internal static class StackBuild
{
    public static async Task<int> RunAsync(DaemonOptions options)
    {
        await using var services = new ServiceCollection().AddLogging().AddControlPlane(options.ForControlPlane()).BuildServiceProvider();
        await BuildAsync(services.GetRequiredService<ImageStore>(), options, CancellationToken.None);
        return 0;
    }

    public static async Task BuildAsync(ImageStore images, DaemonOptions options, CancellationToken ct)
    {
        var work = Directory.CreateDirectory(Path.Combine(options.Data, "stack")).FullName;
        try
        {
            var stack = await new StackBuilder(images, new StackOptions { Mirrors = options.StackMirrors, WorkDirectory = work }).BuildAsync(line => Console.WriteLine($"       {line}"), ct);
            // Otherwise the first push would wait for it.
            await images.UnpackAsync(stack.Build, ct);
            await images.UnpackAsync(stack.Run, ct);
        }
        catch (StackException error)
        {
            throw new PaasException(ErrorCode.Unavailable, error.Message, error.Hint, error);
        }
    }
}
