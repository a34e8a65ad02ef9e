using System.ComponentModel;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Paas.Testing.Servers;

/// <summary>
/// Another host, as far as addresses tell: a network namespace at the other end of a pair of interfaces. Builds and apps reach it as they reach the
/// Internet, and not as they are kept from this host.
/// </summary>
public sealed partial class Elsewhere : IAsyncDisposable
{
    private const int NetworkNamespace = 0x40000000;

    private readonly string _name;

    private Elsewhere(string name, string address) => (_name, Address) = (name, address);

    /// <summary>Its address.</summary>
    public string Address { get; }

    /// <summary>Makes it; one for each test process at a time.</summary>
    public static async Task<Elsewhere> CreateAsync()
    {
        var number = Environment.ProcessId % 250;
        // Of the network that is set apart for tests (RFC 2544).
        var elsewhere = new Elsewhere(string.Create(CultureInfo.InvariantCulture, $"paaselse{number}"), string.Create(CultureInfo.InvariantCulture, $"198.18.{number}.2"));
        try
        {
            await elsewhere.MakeAsync(string.Create(CultureInfo.InvariantCulture, $"198.18.{number}.1"));
            return elsewhere;
        }
        catch
        {
            await elsewhere.DisposeAsync();
            throw;
        }
    }

    /// <summary>Does something there that opens sockets: they stay there.</summary>
    public T Do<T>(Func<T> work)
    {
        var (result, error) = (default(T), default(Exception));
        // A thread of its own, for it does not come back.
        var thread = new Thread(() =>
        {
            try
            {
                using var there = File.OpenHandle($"/run/netns/{_name}");
                if (SetNamespace(there, NetworkNamespace) != 0) throw new Win32Exception();
                result = work();
            }
            catch (Exception exception)
            {
                error = exception;
            }
        });
        thread.Start();
        thread.Join();
        return error is null ? result! : throw new InvalidOperationException($"{_name}: {error.Message}", error);
    }

    public async ValueTask DisposeAsync()
    {
        // By itself it would go a moment after the namespace, and the next of this name would find it there.
        await new Command("ip", "link", "delete", _name).RunAsync();
        await new Command("ip", "netns", "delete", _name).RunAsync();
    }

    private async Task MakeAsync(string here)
    {
        await IpAsync("netns", "add", _name);
        await IpAsync("link", "add", _name, "type", "veth", "peer", "name", "eth0", "netns", _name);
        await IpAsync("address", "add", $"{here}/30", "dev", _name);
        await IpAsync("link", "set", _name, "up");
        await IpAsync("-n", _name, "address", "add", $"{Address}/30", "dev", "eth0");
        foreach (var device in (string[])["lo", "eth0"]) await IpAsync("-n", _name, "link", "set", device, "up");
        await IpAsync("-n", _name, "route", "add", "default", "via", here);
    }

    private static async Task IpAsync(params IReadOnlyList<string> words) => (await new Command("ip", words).RunAsync()).Succeeded();

    // setns(2)
    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(SafeFileHandle place, int kind);
}
