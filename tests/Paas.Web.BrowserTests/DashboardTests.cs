using Microsoft.Playwright;
using Paas.Contracts.Api;
using Paas.Testing;
using static Microsoft.Playwright.Assertions;

namespace Paas.Web.BrowserTests;

[Collection(nameof(Dashboard))]
public sealed class DashboardTests(Dashboard dashboard)
{
    [RootFact]
    public async Task A_wrong_token_is_refused_and_a_right_one_leads_to_the_apps()
    {
        var page = await dashboard.OpenAsync(loggedIn: false);
        await page.GotoAsync("/apps/hello");
        await Expect(page).ToHaveURLAsync(new System.Text.RegularExpressions.Regex("/login"));
        await page.GetByLabel("Token").FillAsync("wrong");
        await page.GetByRole(AriaRole.Button, new() { Name = "Log in" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("unknown");
        await Dashboard.ScreenshotAsync(page, "login");

        await page.GetByLabel("Token").FillAsync(dashboard.Token);
        await page.GetByRole(AriaRole.Button, new() { Name = "Log in" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "hello" })).ToBeVisibleAsync();
        await page.GotoAsync("/");
        await Expect(page.Locator(".card")).ToContainTextAsync("running");
        await Dashboard.ScreenshotAsync(page, "apps-light");
    }

    [RootFact]
    public async Task An_app_s_page_shows_what_runs_and_its_log_live()
    {
        var page = await dashboard.OpenAsync();
        await page.GetByRole(AriaRole.Link, new() { Name = "hello", Exact = true }).ClickAsync();
        await Expect(page.Locator("table").First).ToContainTextAsync("web.1");
        await Expect(page.Locator(".deployment").First).ToContainTextAsync("succeeded");

        var path = $"/?seen-{Guid.NewGuid():N}";
        await dashboard.App.GetAsync(path);
        await Expect(page.Locator(".log-lines li", new() { HasText = path }).First).ToBeVisibleAsync();
        await Dashboard.ScreenshotAsync(page, "app-light");
    }

    [RootFact]
    public async Task Scaling_with_a_click_starts_an_instance()
    {
        var page = await dashboard.OpenAsync(ColorScheme.Dark);
        await page.GotoAsync("/apps/hello");
        await page.GetByRole(AriaRole.Button, new() { Name = "One web more" }).ClickAsync();
        await Expect(page.Locator("tr", new() { HasText = "web.2" })).ToContainTextAsync("up");
        await Dashboard.ScreenshotAsync(page, "app-dark");
        await page.GotoAsync("/apps/hello");
        await page.GetByRole(AriaRole.Button, new() { Name = "One web less" }).ClickAsync();
        await Expect(page.Locator("tr", new() { HasText = "web.2" })).ToHaveCountAsync(0);
    }

    [RootFact]
    public async Task Restarting_with_a_click_replaces_the_instance()
    {
        var before = await dashboard.App.InstanceAsync("web.1");
        var page = await dashboard.OpenAsync();
        await page.GotoAsync("/apps/hello");
        await page.GetByRole(AriaRole.Button, new() { Name = "Restart" }).ClickAsync();
        await Expect(page.GetByText("Restarting hello")).ToBeVisibleAsync();
        await Eventually.TrueAsync("the instance is another one", TimeSpan.FromSeconds(60), async () =>
            await dashboard.App.InstancesAsync() is [{ Status: InstanceStatus.Up } only] && only.ContainerId != before.ContainerId);
    }

    [RootFact]
    public async Task A_build_s_output_appears_while_it_builds()
    {
        // Long enough for a browser to look on, however fast the machine.
        dashboard.App.Replace("package.json", "\"start\": \"node server.js\"", "\"start\": \"node server.js\", \"build\": \"sleep 8\"");
        await dashboard.App.CommitAsync("New version");
        var page = await dashboard.OpenAsync();
        var push = dashboard.App.PushAsync();
        await page.GotoAsync("/apps/hello/activity");
        await page.Locator("tr", new() { HasText = "running" }).GetByRole(AriaRole.Link).First.ClickAsync();
        await Expect(page.Locator("build-output pre")).ToContainTextAsync("----->");
        Assert.False(push.IsCompleted, "the build was over before its output was seen");
        await Dashboard.ScreenshotAsync(page, "build-running");
        (await push).Succeeded();
        await Expect(page.Locator("build-output p")).ToContainTextAsync("Live as");
        await Expect(page.Locator("h2")).ToContainTextAsync("succeeded");
        await Dashboard.ScreenshotAsync(page, "build-done");
        await page.GotoAsync("/apps/hello/activity");
        await Dashboard.ScreenshotAsync(page, "activity-light");
    }

    [RootFact]
    public async Task Config_is_changed_by_a_form_and_makes_a_release()
    {
        var page = await dashboard.OpenAsync(ColorScheme.Dark);
        await page.GotoAsync("/apps/hello/config");
        await page.GetByLabel("Name").FillAsync("GREETING");
        await page.GetByLabel("Value", new() { Exact = true }).FillAsync("Salut");
        await page.GetByRole(AriaRole.Button, new() { Name = "Set" }).ClickAsync();
        await Expect(page.GetByText("Setting GREETING: a new release goes live when it is healthy")).ToBeVisibleAsync();
        // By itself: nobody reloads the page.
        await Expect(page.GetByText("GREETING", new() { Exact = true })).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await Expect(page.Locator(".deployment")).ToContainTextAsync("succeeded");
        await Dashboard.ScreenshotAsync(page, "config-dark");
        await Eventually.TrueAsync("the new greeting is live", TimeSpan.FromSeconds(60), async () =>
            (await dashboard.App.GetAsync()).Body.Contains("Salut", StringComparison.Ordinal));
    }

    [RootFact]
    public async Task A_live_log_goes_on_after_paasd_was_killed_without_losing_or_repeating_a_line()
    {
        var page = await dashboard.OpenAsync();
        await page.GotoAsync("/apps/hello/logs");
        await Expect(page.Locator(".log-state")).ToHaveTextAsync("live");
        var mark = Guid.NewGuid().ToString("N");
        for (var i = 0; i < 30; i++)
        {
            await dashboard.App.GetAsync($"/?{mark}/{i}");
            if (i == 10) dashboard.Server.Kill("paasd");
        }

        var rows = page.Locator("live-log li[data-source='web.1']", new() { HasText = mark });
        await Expect(rows).ToHaveCountAsync(30, new() { Timeout = 60_000 });
        var texts = await rows.AllTextContentsAsync();
        Assert.Equal(Enumerable.Range(0, 30), texts.Select(text => int.Parse(text[(text.LastIndexOf(mark, StringComparison.Ordinal) + mark.Length + 1)..].Split(' ', '"')[0])));
    }

    [RootFact]
    public async Task The_theme_is_a_choice_that_stays()
    {
        var page = await dashboard.OpenAsync(ColorScheme.Light);
        await page.GetByRole(AriaRole.Button, new() { Name = "Switch to the dark theme" }).ClickAsync();
        await Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
        await page.ReloadAsync();
        await Expect(page.Locator("html")).ToHaveAttributeAsync("data-theme", "dark");
        await Dashboard.ScreenshotAsync(page, "apps-dark");
    }
}
