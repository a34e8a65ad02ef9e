using System.ComponentModel;
using System.Diagnostics;
using Paas.Cli.CommandLine;
using Paas.Contracts.Errors;

namespace Paas.Cli.Commands;

internal sealed class OpenCommand : Command
{
    public override string Name => "open";

    public override IReadOnlyList<string> Aliases => ["apps:open"];

    public override string Summary => "open an app in the browser";

    public override string Words => "[PATH]";

    public override (int Least, int Most) WordCount => (0, 1);

    public override string Details => "Where there is no browser it prints the address.";

    public override async Task<int> RunAsync(Invocation call)
    {
        var app = await call.Client.GetAppAsync(call.App, call.Cancelled);
        if (app.Urls.Count == 0) throw new PaasException(ErrorCode.NotFound, $"{app.Name} has no address");
        var url = app.Urls[0].TrimEnd('/') + (call.Words.Count > 0 ? "/" + call.Words[0].TrimStart('/') : "");
        call.Terminal.Line(url);
        if (!Browse(url)) call.Terminal.Next("There is no browser here; open the address elsewhere.");
        return 0;
    }

    private static bool Browse(string url)
    {
        var browser = Environment.GetEnvironmentVariable("BROWSER");
        var graphical = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("DISPLAY")) || !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("WAYLAND_DISPLAY"));
        if (string.IsNullOrEmpty(browser) && !graphical) return false;
        try
        {
            using var process = Process.Start(new ProcessStartInfo(string.IsNullOrEmpty(browser) ? "xdg-open" : browser, [url]));
            return process is not null;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
