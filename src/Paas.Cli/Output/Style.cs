namespace Paas.Cli.Output;

/// <summary>Colour, where the reader is a person at a terminal who wants it.</summary>
internal sealed class Style(bool enabled)
{
    public static Style Plain { get; } = new(false);

    public bool Enabled => enabled;

    public string Bold(string text) => Wrap("1", text);

    public string Dim(string text) => Wrap("2", text);

    public string Red(string text) => Wrap("31", text);

    public string Green(string text) => Wrap("32", text);

    public string Yellow(string text) => Wrap("33", text);

    public string Cyan(string text) => Wrap("36", text);

    /// <summary>A colour that is always the same for the same name.</summary>
    public string Named(string name, string text)
    {
        var sum = 0;
        foreach (var letter in name) sum = (sum * 31) + letter;
        return Wrap(((ReadOnlySpan<string>)["36", "32", "33", "35", "34"])[(int)((uint)sum % 5)], text);
    }

    private string Wrap(string code, string text) => enabled && text.Length > 0 ? $"\e[{code}m{text}\e[0m" : text;
}
