namespace Paas.Linux.Cgroups;

/// <summary>Rules about devices as systemd takes them: what is allowed, each by a path or the name of a kind (DeviceAllow).</summary>
internal static class SystemdDevices
{
    public static List<(string Device, string Access)> Allowed(IReadOnlyList<DeviceAccess> rules)
    {
        var allowed = new List<DeviceAccess>();
        foreach (var rule in rules)
        {
            if (rule.Type == 'a') allowed.Clear();
            if (rule.Allow) allowed.Add(rule);
            else allowed.RemoveAll(item => item.Type == rule.Type && item.Major == rule.Major && item.Minor == rule.Minor);
        }

        var kinds = new Lazy<IReadOnlyDictionary<(char, long), string>>(Kinds);
        return [.. allowed.SelectMany(rule => Names(rule, kinds).Select(name => (name, rule.Access)))];
    }

    private static IEnumerable<string> Names(DeviceAccess rule, Lazy<IReadOnlyDictionary<(char, long), string>> kinds)
    {
        if (rule.Type == 'a') return ["block-*", "char-*"];
        var word = rule.Type == 'b' ? "block" : "char";
        return (rule.Major, rule.Minor) switch
        {
            (null, _) => [$"{word}-*"],
            ({ } major, { } minor) => [$"/dev/{word}/{major}:{minor}"],
            // A kind that this kernel does not have has no devices either.
            ({ } major, null) => kinds.Value.TryGetValue((rule.Type, major), out var kind) ? [$"{word}-{kind}"] : [],
        };
    }

    // /proc/devices: a heading for each type, then lines of a major number and the kind's name.
    private static Dictionary<(char, long), string> Kinds()
    {
        var kinds = new Dictionary<(char, long), string>();
        var type = 'c';
        foreach (var line in File.ReadLines("/proc/devices"))
        {
            if (line.StartsWith("Block", StringComparison.Ordinal)) type = 'b';
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 2 && long.TryParse(words[0], out var major)) kinds.TryAdd((type, major), words[1]);
        }

        return kinds;
    }
}
