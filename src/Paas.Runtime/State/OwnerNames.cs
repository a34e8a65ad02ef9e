using Paas.Linux;

namespace Paas.Runtime.State;

/// <summary>Names of files' owners by <c>/etc/passwd</c>, read once.</summary>
internal sealed class OwnerNames
{
    private Dictionary<uint, string>? _names;

    /// <summary>The owner's name; <c>#1000</c> where the number has none.</summary>
    public string Of(string path)
    {
        var uid = Files.Status(path).Uid;
        _names ??= Read();
        return _names.TryGetValue(uid, out var name) ? name : $"#{uid}";
    }

    private static Dictionary<uint, string> Read()
    {
        var names = new Dictionary<uint, string>();
        if (!File.Exists("/etc/passwd")) return names;
        foreach (var line in File.ReadLines("/etc/passwd"))
        {
            var fields = line.Split(':');
            if (fields.Length > 2 && uint.TryParse(fields[2], out var uid)) names.TryAdd(uid, fields[0]);
        }

        return names;
    }
}
