using Microsoft.Playwright;
using Paas.Testing;
using static Microsoft.Playwright.Assertions;

namespace Paas.Web.BrowserTests;

[Collection(nameof(Dashboard))]
public sealed class ConfigFormTests(Dashboard dashboard)
{
    [RootFact]
    public async Task A_value_of_several_lines_is_kept_as_it_is()
    {
        const string Lines = "\n-----BEGIN KEY-----\n\tabc+/=\n\n-----END KEY-----\n";
        await using var app = await ConfiguredAsync("keys", $"PEM={Lines}");
        var page = await dashboard.OpenAsync();
        await page.GotoAsync("/apps/keys/config");
        await page.GetByText("Show", new() { Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Change" }).ClickAsync();
        await Expect(page.GetByText("Setting PEM")).ToBeVisibleAsync();
        Assert.Equal(Lines, await app.ValueAsync("PEM"));

        await page.GetByLabel("Name").FillAsync("SECRET");
        await page.GetByLabel("Value", new() { Exact = true }).FillAsync("one\ntwo");
        await page.GetByLabel("secret").CheckAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Set" }).ClickAsync();
        await Expect(page.GetByText("Setting SECRET")).ToBeVisibleAsync();
        Assert.Equal("one\ntwo", await app.ValueAsync("SECRET"));

        await page.GetByText("Secret", new() { Exact = true }).ClickAsync();
        var secret = page.GetByLabel("New value of SECRET");
        await Expect(secret).ToHaveCSSAsync("-webkit-text-security", "disc");
        await secret.FillAsync("three\nfour\n");
        await page.Locator("tr", new() { HasText = "SECRET" }).GetByRole(AriaRole.Button, new() { Name = "Change" }).ClickAsync();
        await Eventually.TrueAsync("the secret is changed", TimeSpan.FromSeconds(30), async () => await app.ValueAsync("SECRET") == "three\nfour\n");
        await Dashboard.ScreenshotAsync(page, "config-lines");
    }

    [RootFact]
    public async Task What_is_typed_stays_while_others_change_the_list()
    {
        await using var app = await ConfiguredAsync("typing", "FIRST=1");
        var page = await dashboard.OpenAsync();
        await page.GotoAsync("/apps/typing/config");
        await page.GetByText("Show", new() { Exact = true }).ClickAsync();
        var field = page.GetByLabel("Value of FIRST");
        await field.FillAsync("half of it");
        await field.BlurAsync();
        await app.SetAsync("SECOND=2");
        await Dashboard.NextFragmentAsync(page, "/apps/typing/config");
        await Expect(field).ToHaveValueAsync("half of it");

        await field.FillAsync("1");
        await field.BlurAsync();
        await Expect(page.GetByText("SECOND", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(field).ToBeVisibleAsync();
    }

    // Never released, so that a change of its config is there at once.
    private async Task<Configured> ConfiguredAsync(string name, string pair)
    {
        (await dashboard.Server.PaasAsync("create", name)).Succeeded();
        var app = new Configured(dashboard, name);
        await app.SetAsync(pair);
        return app;
    }

    private sealed class Configured(Dashboard dashboard, string name) : IAsyncDisposable
    {
        public async Task SetAsync(string pair) => (await dashboard.Server.PaasAsync("config:set", "-a", name, pair)).Succeeded();

        public async Task<string> ValueAsync(string variable) => (await dashboard.Server.PaasAsync("config:get", "-a", name, variable)).Succeeded().Stdout[..^1];

        public async ValueTask DisposeAsync() => await dashboard.Server.PaasAsync("destroy", "-a", name, "--confirm", name);
    }
}
