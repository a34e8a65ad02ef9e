using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Paas.Build.Dockerfiles.Checks;
using Paas.Build.Dockerfiles.Instructions;

namespace Paas.Build.Dockerfiles.Building;

/// <content>The instructions that change the configuration only.</content>
internal sealed partial class StageBuilder
{
    private static readonly string[] Signals =
    [
        "ABRT", "ALRM", "BUS", "CHLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "IOT", "KILL", "PIPE", "POLL", "PROF", "PWR", "QUIT", "SEGV",
        "STKFLT", "STOP", "SYS", "TERM", "TRAP", "TSTP", "TTIN", "TTOU", "URG", "USR1", "USR2", "VTALRM", "WINCH", "XCPU", "XFSZ", "RTMIN", "RTMAX",
    ];

    private void Configure(Instruction instruction)
    {
        var history = instruction switch
        {
            ArgInstruction arg => Define(arg),
            PairsInstruction pairs => SetPairs(pairs),
            CommandInstruction command => SetCommand(command),
            HealthcheckInstruction check => SetHealthcheck(check),
            OnbuildInstruction trigger => AddTrigger(trigger),
            ShellInstruction shell => SetShell(shell),
            ListInstruction { Node.Value: "expose" } ports => Expose(ports),
            ListInstruction volumes => AddVolumes(volumes),
            TextInstruction text => SetText(text),
            _ => throw new InvalidOperationException($"{instruction.Name} is no configuration"),
        };
        _last ??= Now;
        _state.AddHistory(history, session.Epoch ?? _last.Value, hasLayer: false);
    }

    private string Define(ArgInstruction instruction)
    {
        var shown = new List<string>();
        foreach (var definition in instruction.Definitions)
        {
            var value = session.Arguments.ValueOf(definition, text => Expand(text, instruction));
            _scope.Declare(definition.Name, value);
            shown.Add(value is null ? definition.Name : $"{definition.Name}={value}");
        }

        return $"ARG {string.Join(' ', shown)}";
    }

    private string SetPairs(PairsInstruction instruction)
    {
        // All of one instruction see what was before it.
        var pairs = instruction.Pairs.Select(pair => (Key: Expand(pair.Key, instruction), Value: Expand(pair.Value, instruction))).ToList();
        foreach (var (key, value) in pairs)
        {
            if (instruction.Node.Value == "label")
            {
                _state.Labels[key] = value;
                continue;
            }

            _state.Environment.Set(key, value);
            _scope.Set(key, value);
        }

        return $"{instruction.Name} {string.Join(' ', pairs.Select(pair => $"{pair.Key}={pair.Value}"))}";
    }

    private string SetCommand(CommandInstruction instruction)
    {
        if (instruction.Node.Value == "cmd") _state.SetCommand(instruction);
        else _state.SetEntrypoint(instruction);
        return $"{instruction.Name} {Json(_state.Arguments(instruction) ?? [])}";
    }

    private string SetHealthcheck(HealthcheckInstruction instruction)
    {
        _state.SetHealthcheck(instruction);
        return $"HEALTHCHECK {Json(instruction.Test)}";
    }

    private string AddTrigger(OnbuildInstruction instruction)
    {
        _state.Triggers.Add(instruction.Expression);
        return $"ONBUILD {instruction.Expression}";
    }

    private string SetShell(ShellInstruction instruction)
    {
        _state.SetShell(instruction.Shell);
        return $"SHELL {Json(instruction.Shell)}";
    }

    private string AddVolumes(ListInstruction instruction)
    {
        var volumes = instruction.Values.Select(path => Expand(path, instruction)).ToList();
        foreach (var volume in volumes)
        {
            if (volume.Length == 0) throw new FormatException("VOLUME specified can not be an empty string");
            _state.AddVolume(volume);
        }

        return $"VOLUME {Json(volumes)}";
    }

    private string SetText(TextInstruction instruction)
    {
        switch (instruction.Node.Value)
        {
            case "user":
                _state.User = Expand(instruction.Text, instruction);
                return $"USER {_state.User}";
            case "stopsignal":
                _state.StopSignal = Signal(Expand(instruction.Text, instruction));
                return $"STOPSIGNAL {_state.StopSignal}";
            default:
                _state.Author = instruction.Text;
                return $"MAINTAINER {instruction.Text}";
        }
    }

    private static string Signal(string text)
    {
        var isNumber = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number);
        var name = text.StartsWith("SIG", StringComparison.OrdinalIgnoreCase) ? text[3..] : text;
        var known = Signals.Contains(name.Split('+', '-')[0].ToUpperInvariant());
        return (isNumber ? number > 0 : known) ? text : throw new FormatException($"invalid signal: {text}");
    }

    private string Expose(ListInstruction instruction)
    {
        var words = instruction.Values.SelectMany(value => ExpandAll(value, instruction).Words).ToList();
        foreach (var port in words.SelectMany(word => Ports(word, instruction)).Order(StringComparer.Ordinal)) _state.AddPort(port);
        return $"EXPOSE {string.Join(' ', words)}";
    }

    private IEnumerable<string> Ports(string word, Instruction instruction)
    {
        var match = PortPattern().Match(word);
        if (!match.Success) throw new FormatException($"invalid containerPort: {word}");
        if (match.Groups["address"] is { Length: > 0 } address && !IsAddress(address.Value.Trim('[', ']'))) throw new FormatException($"invalid IP address: {address.Value}");
        if (word.Contains(':', StringComparison.Ordinal))
            session.Warn(CheckRule.ExposeInvalidFormat, $"EXPOSE instruction should not define an IP address or host-port mapping, found '{word}'", instruction);
        var protocol = match.Groups["protocol"].Length > 0 ? match.Groups["protocol"].Value : "tcp";
        if (protocol.Any(char.IsUpper)) session.Warn(CheckRule.ExposeProtoCasing, $"Defined protocol '{word}' in EXPOSE instruction should be lowercase", instruction);
        protocol = protocol.ToLowerInvariant();
        if (protocol is not ("tcp" or "udp" or "sctp")) throw new FormatException($"invalid proto: {protocol}");
        var first = Port(match.Groups["first"].Value, word);
        var last = match.Groups["last"].Length > 0 ? Port(match.Groups["last"].Value, word) : first;
        if (last < first) throw new FormatException($"invalid range specified for port: {word}");
        CheckHostPorts(match, last - first, word);
        return Enumerable.Range(first, last - first + 1).Select(port => string.Create(CultureInfo.InvariantCulture, $"{port}/{protocol}"));
    }

    // Also 1.2.3 is one for some.
    private static bool IsAddress(string text) => IPAddress.TryParse(text, out _) && (text.Contains(':', StringComparison.Ordinal) || text.Count(c => c == '.') == 3);

    // As many ports of the host as of the container, or a range that one port takes any of.
    private static void CheckHostPorts(Match match, int further, string word)
    {
        if (match.Groups["from"].Length == 0) return;
        var from = Port(match.Groups["from"].Value, word);
        var to = match.Groups["to"].Length > 0 ? Port(match.Groups["to"].Value, word) : from;
        if (to < from || (to - from != further && further > 0)) throw new FormatException($"invalid ranges specified for container and host ports: {word}");
    }

    private static int Port(string text, string word) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= 65_535
            ? port
            : throw new FormatException($"invalid containerPort: {word}");

    private static string Json(IEnumerable<string> values) => $"[{string.Join(' ', values.Select(Syntax.QuotedText.Of))}]";

    [GeneratedRegex(@"\A(?:(?:(?<address>.*):)?(?<from>[0-9]+)?(?:-(?<to>[0-9]+))?:)?(?<first>[0-9]+)(?:-(?<last>[0-9]+))?(?:/(?<protocol>[A-Za-z]*))?\z", RegexOptions.CultureInvariant)]
    private static partial Regex PortPattern();
}
