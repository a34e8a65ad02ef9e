using System.Net;

namespace Paas.Router;

/// <summary>How the router was started.</summary>
internal sealed record RouterOptions
{
    public const string Usage = """
        usage: paas-router --data DIR --run DIR --logs DIR [options]

          --data DIR              keeps its snapshot and certificate here
          --run DIR               makes its control socket, router.sock, here
          --logs DIR              writes access lines to DIR/<app>/router
          --http-port N           default 80; 0 picks a free one; off serves no plain HTTP
          --https-port N          default 443; likewise
          --http-address IP       serves on this address only; default all
          --domain D              names its certificate; default localhost
          --trusted-proxies LIST  believe X-Forwarded-* from these networks, e.g. 10.0.0.0/8,::1/128; default none
          --answer-timeout SECONDS  how long an app may take to begin its answer; default 60
          --upload-timeout SECONDS  how long a visitor may send nothing amid a request's body; default 300
          --drain SECONDS         how long requests under way may take to end on SIGTERM; default 5
          --help, --version
        """;

    public required string Data { get; init; }

    public required string Run { get; init; }

    public required string Logs { get; init; }

    /// <summary>Null serves no plain HTTP; 0 takes a free port.</summary>
    public int? HttpPort { get; init; } = 80;

    /// <summary>As <see cref="HttpPort"/>, with TLS.</summary>
    public int? HttpsPort { get; init; } = 443;

    /// <summary>Null is every address of the host.</summary>
    public IPAddress? Address { get; init; }

    public string Domain { get; init; } = "localhost";

    public IReadOnlyList<IPNetwork> TrustedProxies { get; init; } = [];

    public TimeSpan Drain { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long an app may take from the end of a request to the headers of its answer, or to read a piece of its body.</summary>
    public TimeSpan AnswerTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a visitor may send nothing while the body of its request is not at its end.</summary>
    public TimeSpan UploadTimeout { get; init; } = TimeSpan.FromMinutes(5);

    public string ControlSocket => Path.Combine(Run, "router.sock");

    /// <summary>Reads a command line.</summary>
    /// <exception cref="FormatException">With what is wrong, for the person who wrote it.</exception>
    public static RouterOptions Parse(IReadOnlyList<string> args)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        for (var i = 0; i < args.Count; i += 2)
        {
            if (!Usage.Contains($"  {args[i]} ", StringComparison.Ordinal)) throw new FormatException($"unknown option {args[i]}");
            if (i + 1 == args.Count) throw new FormatException($"{args[i]} needs a value");
            if (!values.TryAdd(args[i], args[i + 1])) throw new FormatException($"{args[i]} is given twice");
        }

        return new RouterOptions
        {
            Data = Directory(values, "--data"),
            Run = Directory(values, "--run"),
            Logs = Directory(values, "--logs"),
            HttpPort = Port(values, "--http-port", 80),
            HttpsPort = Port(values, "--https-port", 443),
            Address = Address4Or6(values),
            Domain = values.GetValueOrDefault("--domain", "localhost").ToLowerInvariant(),
            TrustedProxies = Networks(values.GetValueOrDefault("--trusted-proxies", "")),
            AnswerTimeout = TimeSpan.FromSeconds(Number(values.GetValueOrDefault("--answer-timeout", "60"), "--answer-timeout", 86400)),
            UploadTimeout = TimeSpan.FromSeconds(Number(values.GetValueOrDefault("--upload-timeout", "300"), "--upload-timeout", 86400)),
            Drain = TimeSpan.FromSeconds(Number(values.GetValueOrDefault("--drain", "5"), "--drain", 3600)),
        };
    }

    private static string Directory(Dictionary<string, string> values, string name) =>
        values.TryGetValue(name, out var value) && value.Length > 0
            ? Path.GetFullPath(value)
            : throw new FormatException($"{name} DIR is missing");

    private static int? Port(Dictionary<string, string> values, string name, int standard)
    {
        if (!values.TryGetValue(name, out var text)) return standard;
        return text == "off" ? null : Number(text, name, 65535);
    }

    private static int Number(string text, string name, int most) =>
        int.TryParse(text, out var number) && number >= 0 && number <= most
            ? number
            : throw new FormatException($"{name}: '{text}' is no number from 0 to {most}");

    private static IPAddress? Address4Or6(Dictionary<string, string> values)
    {
        if (!values.TryGetValue("--http-address", out var text) || text is "*" or "") return null;
        return IPAddress.TryParse(text, out var address) ? address : throw new FormatException($"--http-address: '{text}' is no IP address");
    }

    private static List<IPNetwork> Networks(string list)
    {
        var networks = new List<IPNetwork>();
        foreach (var text in list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (IPNetwork.TryParse(text, out var network)) networks.Add(network);
            else if (IPAddress.TryParse(text, out var one)) networks.Add(new IPNetwork(one, one.GetAddressBytes().Length * 8));
            else throw new FormatException($"--trusted-proxies: '{text}' is no network");
        }

        return networks;
    }
}
