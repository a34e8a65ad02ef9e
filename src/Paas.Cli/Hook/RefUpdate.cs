namespace Paas.Cli.Hook;

/// <summary>One line of a pre-receive hook's input (githooks(5)).</summary>
/// <param name="Old">What the ref was; zeros where it is new.</param>
/// <param name="New">What it is to be; zeros where it goes away.</param>
/// <param name="Ref">Its full name.</param>
internal sealed record RefUpdate(string Old, string New, string Ref)
{
    private const string Heads = "refs/heads/";
    private const string Tags = "refs/tags/";

    /// <summary>The branch's name, or null for a tag or something else.</summary>
    public string? Branch => Ref.StartsWith(Heads, StringComparison.Ordinal) ? Ref[Heads.Length..] : null;

    /// <summary>The tag's name, or null for something else.</summary>
    public string? Tag => Ref.StartsWith(Tags, StringComparison.Ordinal) ? Ref[Tags.Length..] : null;

    /// <summary>As a person calls it.</summary>
    public string ShortName => Branch ?? (Ref.StartsWith("refs/", StringComparison.Ordinal) ? Ref[5..] : Ref);

    public bool Deletes => New.All(digit => digit == '0');

    public static List<RefUpdate> Read(TextReader input)
    {
        var updates = new List<RefUpdate>();
        while (input.ReadLine() is { } line)
        {
            if (line.Split(' ', 3) is [var old, var @new, var name]) updates.Add(new RefUpdate(old, @new, name));
        }

        return updates;
    }

    /// <summary>The branch that deploys: the app's own, else the one that this first push brings (the usual names before others).</summary>
    public static string? DeployBranch(string? ofApp, IReadOnlyList<RefUpdate> updates)
    {
        if (ofApp is not null) return ofApp;
        var pushed = updates.Where(update => update.Branch is not null && !update.Deletes).Select(update => update.Branch!).ToList();
        return pushed.Find(name => name == "main") ?? pushed.Find(name => name == "master") ?? pushed.FirstOrDefault();
    }
}
