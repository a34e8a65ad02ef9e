using System.Text;
using System.Text.Json.Nodes;

namespace Paas.Testing;

/// <summary>Documents spoilt in many ways, each by its seed the same for ever.</summary>
public static class JsonMutation
{
    // Written as they stand, since no JSON library writes most of them.
    private static readonly string[] Values =
    [
        "null", "true", "0", "-1", "1", "4294967296", "9223372036854775808", "1e400", "1.5", "\"\"", "\"x\"", "\"/\"", "\"..\"", "\"a\\u0000b\"", "\"\\ud800\"",
        "\"\\udc00x\"", "\"line\\nbreak\"", "[]", "{}", "[null]", "[[]]", "[\"\"]", "{\"\":0}", "[{}]", "\"%s%n\"", "\"é𝄞\"",
    ];

    /// <summary>The document with one thing changed: a member or item deleted, doubled or replaced, or a byte or two.</summary>
    public static byte[] Mutate(string json, int seed)
    {
        var random = new Random(seed);
        return random.Next(4) == 0 ? Bytes(Encoding.UTF8.GetBytes(json), random) : Encoding.UTF8.GetBytes(Structure(json, random));
    }

    private static byte[] Bytes(byte[] bytes, Random random)
    {
        var at = random.Next(bytes.Length);
        switch (random.Next(4))
        {
            case 0:
                bytes[at] ^= (byte)(1 << random.Next(8));
                return bytes;
            case 1:
                return bytes[..at];
            case 2:
                return [.. bytes[..at], (byte)random.Next(256), .. bytes[at..]];
            default:
                var end = Math.Min(bytes.Length, at + random.Next(40));
                return [.. bytes[..at], .. bytes[end..]];
        }
    }

    private static string Structure(string json, Random random)
    {
        var root = JsonNode.Parse(json)!;
        var nodes = new List<JsonNode>();
        Collect(root, nodes);
        var node = nodes[random.Next(nodes.Count)];
        var original = node.ToJsonString();
        var value = random.Next(5) switch
        {
            0 => Nested(original, random),
            1 => $"\"{new string('x', 1 << random.Next(17))}\"",
            _ => Values[random.Next(Values.Length)],
        };
        var member = node.Parent is JsonObject ? node.GetPropertyName() : null;
        if (random.Next(5) == 0)
        {
            if (node.Parent is JsonObject parent) parent.Remove(member!);
            else ((JsonArray)node.Parent!).Remove(node);
            return root.ToJsonString();
        }

        node.ReplaceWith("\u0001mark\u0001");
        // The same member twice, or the same item.
        var replacement = random.Next(4) == 0 ? member is null ? $"{original},{value}" : $"{original},\"{member}\":{value}" : value;
        return root.ToJsonString().Replace(JsonValue.Create("\u0001mark\u0001").ToJsonString(), replacement, StringComparison.Ordinal);
    }

    private static string Nested(string original, Random random)
    {
        var depth = 1 << random.Next(14);
        return random.Next(2) == 0 ? new string('[', depth) + original + new string(']', depth) : $"[{string.Join(',', Enumerable.Repeat(original, Math.Min(depth, 512)))}]";
    }

    private static void Collect(JsonNode node, List<JsonNode> into)
    {
        var children = node switch
        {
            JsonObject members => members.Select(member => member.Value),
            JsonArray items => items,
            _ => [],
        };
        foreach (var child in children.OfType<JsonNode>())
        {
            into.Add(child);
            Collect(child, into);
        }
    }
}
