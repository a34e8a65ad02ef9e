using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Paas.Testing;
using Paas.Testing.Servers;
using static Microsoft.Playwright.Assertions;

namespace Paas.Web.BrowserTests;

/// <summary>Pages that stay open while things change elsewhere.</summary>
[Collection(nameof(Dashboard))]
public sealed class LivePageTests(Dashboard dashboard)
{
    [RootFact]
    public async Task More_and_less_count_from_what_is_wanted_now_however_old_the_page()
    {
        (await dashboard.App.PaasAsync("scale", "web=1")).Succeeded();
        var page = await dashboard.OpenAsync();
        await page.GotoAsync("/apps/hello");
        await Dashboard.StopFragmentsAsync(page);
        (await dashboard.App.PaasAsync("scale", "web=2")).Succeeded();
        await Expect(page.Locator("#quantity-web")).ToHaveTextAsync("1");
        await page.GetByRole(AriaRole.Button, new() { Name = "One web more" }).ClickAsync();
        await Expect(page.Locator("#quantity-web")).ToHaveTextAsync("3");

        await page.UnrouteAllAsync();
        (await dashboard.App.PaasAsync("scale", "web=1")).Succeeded();
        await Expect(page.Locator("#quantity-web")).ToHaveTextAsync("1");
    }

    [RootFact]
    public async Task A_page_without_apps_shows_the_first_one()
    {
        (await dashboard.Server.PaasAsync("users:add", "ann")).Succeeded();
        var token = (await dashboard.Server.PaasAsync("tokens:create", "anns-browser", "--user", "ann")).Succeeded().Stdout.Trim();
        var page = await dashboard.OpenAsync(token: token);
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "No apps yet" })).ToBeVisibleAsync();
        (await dashboard.Server.PaasAsync("access:add", "ann", "-a", "hello")).Succeeded();
        await Expect(page.Locator(".card")).ToContainTextAsync("hello");
        (await dashboard.Server.PaasAsync("users:remove", "ann")).Succeeded();
    }

    [RootFact]
    public async Task A_page_that_waits_for_the_first_push_shows_what_came_of_it()
    {
        await using var app = await AppCheckout.CreateAsync(dashboard.Server, "static", "fresh");
        var page = await dashboard.OpenAsync();
        await page.GotoAsync("/apps/fresh");
        var push = page.GetByRole(AriaRole.Heading, new() { Name = "Push something" });
        await Expect(push).ToBeVisibleAsync();
        (await app.PushAsync()).Succeeded();
        await Expect(push).ToHaveCountAsync(0);
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "One web more" })).ToBeVisibleAsync();
    }

    [RootFact]
    public async Task A_new_release_appears_among_the_releases()
    {
        var page = await dashboard.OpenAsync();
        await page.GotoAsync("/apps/hello/activity");
        (await dashboard.App.PaasAsync("config:set", "APPEARS=1")).Succeeded();
        await Expect(page.Locator("tr", new() { HasText = "APPEARS" })).ToContainTextAsync("live");
        await Expect(page.GetByText("live", new() { Exact = true })).ToHaveCountAsync(1);
    }

    [RootFact]
    public async Task What_fails_after_a_form_was_answered_is_told()
    {
        var page = await dashboard.OpenAsync();
        await page.GotoAsync("/apps/hello/config");
        await page.GetByLabel("Name").FillAsync("NODE_OPTIONS");
        // Longer than the form waits.
        await page.GetByLabel("Value", new() { Exact = true }).FillAsync("--import=data:text/javascript,await(new%20Promise(r=>setTimeout(r,4000)));process.exit(1)");
        await page.GetByRole(AriaRole.Button, new() { Name = "Set" }).ClickAsync();
        await Expect(page.GetByText("Setting NODE_OPTIONS")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("did not go live", new() { Timeout = 120_000 });
        await Expect(page.Locator(".deployment")).ToContainTextAsync("failed");
        await Dashboard.ScreenshotAsync(page, "late-failure");
    }

    [RootFact]
    public async Task What_came_while_a_fragment_had_the_focus_is_shown_afterwards()
    {
        var page = await dashboard.OpenAsync();
        await page.Locator(".card .cover").First.FocusAsync();
        (await dashboard.Server.PaasAsync("create", "later")).Succeeded();
        var card = page.Locator(".card", new() { HasText = "later" });
        try
        {
            for (var i = 0; i < 2; i++) await Dashboard.NextFragmentAsync(page, "/apps");
            await Expect(card).ToHaveCountAsync(0);
            await page.Locator(".card .cover").First.BlurAsync();
            await Expect(card).ToBeVisibleAsync();
        }
        finally
        {
            await dashboard.Server.PaasAsync("destroy", "-a", "later", "--confirm", "later");
        }
    }

    [RootFact]
    public async Task A_page_whose_session_is_over_leads_to_the_login_page_and_back()
    {
        var page = await dashboard.OpenAsync();
        await page.GotoAsync("/apps/hello/config");
        await page.Context.ClearCookiesAsync();
        await Expect(page).ToHaveURLAsync(new Regex("/login\\?return=%2Fapps%2Fhello%2Fconfig$"));
        await page.GetByLabel("Token").FillAsync(dashboard.Token);
        await page.GetByRole(AriaRole.Button, new() { Name = "Log in" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex("/apps/hello/config$"));
    }
}
