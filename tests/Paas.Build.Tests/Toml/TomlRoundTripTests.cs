using System.Globalization;
using Paas.Launch.Toml;

namespace Paas.Build.Tests.Toml;

/// <summary>Properties over generated documents; a failure names its seed.</summary>
public sealed class TomlRoundTripTests
{
    private const string Alphabet = "abcZ09_-. \"'\\#=[]{},\n\r\t\0\u0001\u007fé😀";

    [Fact]
    public void What_is_written_reads_back_equal()
    {
        for (var seed = 0; seed < 2000; seed++)
        {
            var table = Table(new Random(seed), depth: 0);
            var text = TomlWriter.Write(table);
            Assert.True(Show(table) == Show(TomlParser.Parse(text)), $"seed {seed}:\n{text}");
        }
    }

    [Fact]
    public void Any_text_is_a_document_or_an_error_with_a_line_of_it()
    {
        for (var seed = 0; seed < 5000; seed++)
        {
            var random = new Random(seed);
            var text = TomlWriter.Write(Table(random, depth: 0));
            for (var edits = random.Next(4); edits >= 0 && text.Length > 0; edits--)
            {
                var at = random.Next(text.Length);
                text = random.Next(2) == 0 ? text.Remove(at, 1) : text.Insert(at, Alphabet[random.Next(Alphabet.Length)].ToString());
            }

            try
            {
                TomlParser.Parse(text);
            }
            catch (TomlException exception)
            {
                Assert.InRange(exception.Line, 1, text.Count(c => c == '\n') + 1);
            }
        }
    }

    private static TomlTable Table(Random random, int depth)
    {
        var table = new TomlTable(1);
        for (var count = random.Next(5); count > 0; count--)
        {
            var key = Text(random);
            if (table[key] is null) table.Add(key, Value(random, depth));
        }

        return table;
    }

    private static TomlValue Value(Random random, int depth) => random.Next(depth > 3 ? 5 : 7) switch
    {
        0 => new TomlString(Text(random), 1),
        1 => new TomlInteger(random.NextInt64(long.MinValue, long.MaxValue), 1),
        2 => new TomlFloat(random.Next(5) switch { 0 => double.NaN, 1 => double.NegativeInfinity, 2 => 1e300, _ => random.NextDouble() }, 1),
        3 => new TomlBoolean(random.Next(2) == 0, 1),
        4 => new TomlDateTime("1979-05-27T07:32:00Z", 1),
        5 => Array(random, depth + 1),
        _ => Table(random, depth + 1),
    };

    private static TomlArray Array(Random random, int depth)
    {
        var array = new TomlArray(1);
        for (var count = random.Next(4); count > 0; count--) array.Values.Add(Value(random, depth));
        return array;
    }

    private static string Text(Random random)
    {
        var runes = Alphabet.EnumerateRunes().ToList();
        return string.Concat(Enumerable.Range(0, random.Next(8)).Select(_ => runes[random.Next(runes.Count)].ToString()));
    }

    private static string Show(TomlValue value) => value switch
    {
        // A table's headers come after its other keys, so that its order may change.
        TomlTable table => $"{{{string.Join(",", table.Keys.Order(StringComparer.Ordinal).Select(key => $"{key.Length}:{key}={Show(table[key]!)}"))}}}",
        TomlArray array => $"[{string.Join(",", array.Items.Select(Show))}]",
        TomlString text => $"s{text.Value.Length}:{text.Value}",
        TomlFloat number => "f" + number.Value.ToString("R", CultureInfo.InvariantCulture),
        TomlInteger integer => "i" + integer.Value,
        TomlBoolean boolean => "b" + boolean.Value,
        TomlDateTime moment => "d" + moment.Value,
        _ => throw new ArgumentOutOfRangeException(nameof(value)),
    };
}
