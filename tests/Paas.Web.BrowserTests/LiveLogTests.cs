using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Paas.Testing;
using static Microsoft.Playwright.Assertions;

namespace Paas.Web.BrowserTests;

[Collection(nameof(Dashboard))]
public sealed class LiveLogTests(Dashboard dashboard)
{
    private const string CountStreams =
        "window.streams = []; window.EventSource = class extends EventSource { constructor(url) { super(url); streams.push(this); } };";

    [RootFact]
    public async Task A_log_whose_session_is_over_leads_to_the_login_page()
    {
        var page = await OpenLogAsync("hello");
        // They would lead there as well.
        await Dashboard.StopFragmentsAsync(page);
        await page.Context.ClearCookiesAsync();
        dashboard.Server.Kill("paasd");
        await Expect(page).ToHaveURLAsync(new Regex("/login\\?return=%2Fapps%2Fhello%2Flogs$"));
    }

    [RootFact]
    public async Task The_log_of_an_app_that_is_gone_says_so()
    {
        (await dashboard.Server.PaasAsync("create", "brief")).Succeeded();
        var page = await OpenLogAsync("brief");
        (await dashboard.Server.PaasAsync("destroy", "-a", "brief", "--confirm", "brief")).Succeeded();
        await Dashboard.ShowAsync(page, visible: false);
        await Dashboard.ShowAsync(page, visible: true);
        await Expect(page.Locator(".log-state")).ToContainTextAsync("brief");
    }

    [RootFact]
    public async Task A_tab_that_nobody_looks_at_holds_no_stream_and_has_missed_nothing_afterwards()
    {
        var page = await OpenLogAsync("hello");
        var mark = Guid.NewGuid().ToString("N");
        var rows = page.Locator("live-log li[data-source^='web.']", new() { HasText = mark });
        await dashboard.App.GetAsync($"/?{mark}/0");
        await Expect(rows).ToHaveCountAsync(1);
        await Dashboard.ShowAsync(page, visible: false);
        Assert.Equal(0, await OpenStreamsAsync(page));
        for (var i = 1; i < 5; i++) await dashboard.App.GetAsync($"/?{mark}/{i}");
        await Dashboard.ShowAsync(page, visible: true);
        await Expect(rows).ToHaveCountAsync(5);
        await Expect(page.Locator(".log-state")).ToHaveTextAsync("live");
        Assert.Equal(1, await OpenStreamsAsync(page));
    }

    [RootFact]
    public async Task A_window_that_paints_nothing_keeps_no_more_lines_than_it_would_show()
    {
        var page = await OpenLogAsync("hello");
        var kept = await page.EvaluateAsync<int>("""
            () => {
              window.requestAnimationFrame = () => 1;
              const log = document.querySelector("live-log");
              log.lastId = "";
              for (let i = 0; i < 5000; i++) log.receive({ lastEventId: "", data: "{}" });
              return log.pending.length;
            }
            """);
        Assert.Equal(3000, kept);
    }

    private async Task<IPage> OpenLogAsync(string app)
    {
        var page = await dashboard.OpenAsync();
        await page.AddInitScriptAsync(CountStreams);
        await page.GotoAsync($"/apps/{app}/logs");
        await Expect(page.Locator(".log-state")).ToHaveTextAsync("live");
        return page;
    }

    private static Task<int> OpenStreamsAsync(IPage page) =>
        page.EvaluateAsync<int>("() => streams.filter(stream => stream.readyState !== EventSource.CLOSED).length");
}
