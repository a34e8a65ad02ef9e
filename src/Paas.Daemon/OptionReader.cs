using Paas.Contracts.Errors;

namespace Paas.Daemon;

/// <summary>Splits a command line of paasd into options and words.</summary>
internal static class OptionReader
{
    private static readonly HashSet<string> Known =
    [
        "--data", "--run", "--programs", "--domain", "--http-port", "--https-port", "--ssh-port", "--sshd", "--router-socket", "--bridge", "--subnet",
        "--cgroup-parent", "--max-source", "--disk-reserve", "--step-cache", "--registry-mirrors", "--insecure-registries", "--stack-mirrors",
        "--build-memory", "--build-priority", "--build-time", "--check-timeout",
    ];

    public static (IReadOnlyDictionary<string, string> Given, bool Dev, IReadOnlyList<string> Words) Read(IReadOnlyList<string> arguments)
    {
        var given = new Dictionary<string, string>();
        var words = new List<string>();
        var dev = false;
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            if (!argument.StartsWith("--", StringComparison.Ordinal))
            {
                words.Add(argument);
                continue;
            }

            if (argument == "--dev")
            {
                dev = true;
                continue;
            }

            var equals = argument.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? argument : argument[..equals];
            if (!Known.Contains(name)) throw new PaasException(ErrorCode.InvalidRequest, $"{name} is not an option of paasd", "See: paasd help");
            if (equals < 0 && ++i == arguments.Count) throw new PaasException(ErrorCode.InvalidRequest, $"{name} needs a value", "See: paasd help");
            given[name] = equals < 0 ? arguments[i] : argument[(equals + 1)..];
        }

        return (given, dev, words);
    }
}
