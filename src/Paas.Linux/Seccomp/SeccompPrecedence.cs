namespace Paas.Linux.Seccomp;

/// <summary>
/// Which of several rules about one call decides, as libseccomp has it. The first rule without conditions puts all others aside. Rules
/// with conditions are tried in an order that has nothing to do with how they are written down: by their first conditions, those of
/// later arguments first; of one argument equality first, then "less", then "greater"; greater values first, for "less" smaller ones;
/// then by their next conditions.
/// </summary>
internal static class SeccompPrecedence
{
    /// <summary>Puts rules about one call in the order in which they are tried. Rules that remain equal keep theirs.</summary>
    /// <exception cref="ArgumentException">Two rules with the same conditions want different things.</exception>
    public static void Sort(List<SeccompRule> rules)
    {
        // By insertion: there are a handful, and equal ones must not change places.
        for (var i = 1; i < rules.Count; i++)
        {
            var rule = rules[i];
            var at = i;
            for (; at > 0 && Compare(rules[at - 1], rule) > 0; at--) rules[at] = rules[at - 1];
            rules[at] = rule;
        }

        for (var i = 1; i < rules.Count; i++)
        {
            if (rules[i].Action != rules[i - 1].Action && rules[i].Conditions.SequenceEqual(rules[i - 1].Conditions))
            {
                throw new ArgumentException("two rules for the same call and arguments have different actions");
            }
        }
    }

    private static int Compare(in SeccompRule x, in SeccompRule y)
    {
        var (first, second) = (x.Conditions, y.Conditions);
        for (var i = 0; i < Math.Min(first.Count, second.Count); i++)
        {
            if (Compare(first[i], second[i]) is not 0 and var order) return order;
        }

        // What asks for less holds more often and would hide the other from libseccomp too.
        return first.Count - second.Count;
    }

    private static int Compare(in ArgumentCondition x, in ArgumentCondition y)
    {
        if (x.Index != y.Index) return y.Index - x.Index;
        if (Kind(x) != Kind(y)) return Kind(x) - Kind(y);
        if (Kind(x) == 1) return x.Value.CompareTo(y.Value);
        // A masked and a plain equality never share the comparison of the upper halves, and that is all the tree orders them by.
        var shift = (x.Comparison == ArgumentComparison.MaskedEqual) == (y.Comparison == ArgumentComparison.MaskedEqual) ? 0 : 32;
        return (y.Value >> shift).CompareTo(x.Value >> shift);
    }

    private static int Kind(in ArgumentCondition condition) => condition.Comparison switch
    {
        ArgumentComparison.Less or ArgumentComparison.LessOrEqual => 1,
        ArgumentComparison.Greater or ArgumentComparison.GreaterOrEqual => 2,
        _ => 0,
    };
}
