using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Paas.Testing;
using Paas.Testing.Servers;
using static Microsoft.Playwright.Assertions;

[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace Paas.Web.BrowserTests;

/// <summary>A real platform with one pushed app, and Debian's Chromium looking at its dashboard.</summary>
public sealed class Dashboard : IAsyncLifetime
{
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public PaasServer Server { get; } = new();

    public AppCheckout App { get; private set; } = null!;

    public string Token { get; private set; } = "";

    private static string Screenshots => Path.Combine(Repository.Root, "artifacts", "test-results", "screenshots");

    public async Task InitializeAsync()
    {
        if (!Environment.IsPrivilegedProcess) return;
        Directory.CreateDirectory(Screenshots);
        SetDefaultExpectTimeout(30_000);
        await Server.StartAsync();
        App = await AppCheckout.CreateAsync(Server, "node", "hello");
        (await App.PushAsync()).Succeeded();
        Token = (await Server.PaasAsync("login:token", "browser")).Succeeded().Stdout.Trim();
        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = "/usr/bin/chromium",
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
    }

    /// <summary>A new visitor in the given colour scheme; script errors fail the test that made it.</summary>
    public async Task<IPage> OpenAsync(ColorScheme scheme = ColorScheme.Light, bool loggedIn = true, string? token = null)
    {
        var context = await _browser!.NewContextAsync(new() { ColorScheme = scheme, BaseURL = Server.DashboardUrl, ViewportSize = new() { Width = 1280, Height = 900 } });
        var page = await context.NewPageAsync();
        page.SetDefaultTimeout(60_000);
        if (loggedIn)
        {
            await page.GotoAsync("/login");
            await page.GetByLabel("Token").FillAsync(token ?? Token);
            await page.GetByRole(AriaRole.Button, new() { Name = "Log in" }).ClickAsync();
            // Not the load event, which an answer that is still streaming holds back: the page is there when its heading is.
            await Expect(page).ToHaveURLAsync(new Regex("^https?://[^/]+/$"));
            await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Apps", Exact = true })).ToBeVisibleAsync();
        }

        return page;
    }

    /// <summary>Makes the page one that is no longer brought up to date, as it was when somebody turned away from it.</summary>
    public static Task StopFragmentsAsync(IPage page) => page.RouteAsync("**/fragments/**", route => route.AbortAsync());

    /// <summary>Returns when the page has asked for a fragment after this was called, and has had its answer.</summary>
    public static async Task NextFragmentAsync(IPage page, string path)
    {
        // The first may have been under way.
        for (var i = 0; i < 2; i++) await page.WaitForResponseAsync(response => response.Url.EndsWith("/fragments" + path, StringComparison.Ordinal));
    }

    /// <summary>What a browser tells a page whose tab is left and come back to; a headless one never does.</summary>
    public static Task ShowAsync(IPage page, bool visible) => page.EvaluateAsync(
        "hidden => { Object.defineProperty(document, 'hidden', { value: hidden, configurable: true }); document.dispatchEvent(new Event('visibilitychange')); }", !visible);

    /// <summary>Kept as output of the test run, for people to look at.</summary>
    public static Task ScreenshotAsync(IPage page, string name) =>
        page.ScreenshotAsync(new() { Path = Path.Combine(Screenshots, name + ".png"), FullPage = true });

    public async Task DisposeAsync()
    {
        if (!Environment.IsPrivilegedProcess) return;
        if (_browser is not null) await _browser.DisposeAsync();
        _playwright?.Dispose();
        if (App is not null) await App.DisposeAsync();
        await Server.DisposeAsync();
    }
}

/// <summary>One platform for all the tests.</summary>
[CollectionDefinition(nameof(Dashboard))]
public sealed class DashboardCollection : ICollectionFixture<Dashboard>;
