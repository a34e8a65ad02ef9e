using System.Globalization;

namespace Paas.Build.Dockerfiles.Copying;

/// <summary>A change of permissions as chmod(1) writes it: octal, or clauses such as <c>u=rwX,go-w</c>.</summary>
internal static class ModeChange
{
    private const uint SetUser = 0x800, SetGroup = 0x400, Sticky = 0x200;
    private const uint ExecuteBits = 0x49;

    /// <summary>What the change makes of permissions, given whether it is a directory's.</summary>
    /// <exception cref="FormatException">It is no such change.</exception>
    public static Func<uint, bool, uint> Parse(string text)
    {
        if (text.All(char.IsAsciiDigit)) return Octal(text);
        var clauses = text.Split(',').Select(clause => Clause(clause, text)).ToList();
        return (mode, isDirectory) => clauses.Aggregate(mode, (current, clause) => clause(current, isDirectory));
    }

    /// <summary>What directories that a copy makes on its way get of a change that says all permissions: set-id and sticky bits are the content's alone. Null of one that changes some.</summary>
    public static uint? OfMadeDirectories(string? text) => text is not null && text.All(char.IsAsciiDigit) ? Octal(text)(0, true) & 0x1ff : null;

    private static Func<uint, bool, uint> Octal(string text)
    {
        if (text.Length is 0 or > 5 || text.Any(c => c > '7')) throw Wrong(text);
        var mode = text.Aggregate(0u, (sum, digit) => (sum * 8) + (uint)(digit - '0'));
        return mode <= 0xfff ? (_, _) => mode : throw Wrong(text);
    }

    private static Func<uint, bool, uint> Clause(string clause, string whole)
    {
        var at = 0;
        var who = 0u;
        while (at < clause.Length && "ugoa".Contains(clause[at])) who |= WhoOf(clause[at++]);
        if (who == 0) who = 7;
        var actions = new List<(char Operator, string Permissions)>();
        while (at < clause.Length)
        {
            var operation = clause[at++];
            if (operation is not ('+' or '-' or '=')) throw Wrong(whole);
            var start = at;
            while (at < clause.Length && "rwxXstugo".Contains(clause[at])) at++;
            actions.Add((operation, clause[start..at]));
        }

        if (actions.Count == 0) throw Wrong(whole);
        return (mode, isDirectory) => actions.Aggregate(mode, (current, action) => Apply(current, isDirectory, who, action.Operator, action.Permissions));
    }

    private static uint Apply(uint mode, bool isDirectory, uint who, char operation, string permissions)
    {
        var bits = permissions.Aggregate(0u, (sum, permission) => sum | BitsOf(permission, mode, isDirectory, who));
        return operation switch
        {
            '+' => mode | bits,
            '-' => mode & ~bits,
            _ => (mode & ~(Spread(7, who) | SetIds(who))) | bits,
        };
    }

    private static uint BitsOf(char permission, uint mode, bool isDirectory, uint who) => permission switch
    {
        'r' => Spread(4, who),
        'w' => Spread(2, who),
        'x' => Spread(1, who),
        'X' => isDirectory || (mode & ExecuteBits) != 0 ? Spread(1, who) : 0,
        's' => SetIds(who),
        't' => Sticky,
        'u' => Spread((mode >> 6) & 7, who),
        'g' => Spread((mode >> 3) & 7, who),
        _ => Spread(mode & 7, who),
    };

    private static uint WhoOf(char c) => c switch { 'u' => 4, 'g' => 2, 'o' => 1, _ => 7 };

    private static uint SetIds(uint who) => ((who & 4) != 0 ? SetUser : 0) | ((who & 2) != 0 ? SetGroup : 0);

    private static uint Spread(uint bits, uint who) =>
        ((who & 4) != 0 ? bits << 6 : 0) | ((who & 2) != 0 ? bits << 3 : 0) | ((who & 1) != 0 ? bits : 0);

    private static FormatException Wrong(string text) =>
        new(string.Create(CultureInfo.InvariantCulture, $"invalid chmod parameter: '{text}', it should be octal such as 0755, or like u=rwX,go=rX"));
}
