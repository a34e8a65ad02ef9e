using Paas.Contracts.Api;
using Paas.ControlPlane.Access;

namespace Paas.ControlPlane.Tests.Access;

/// <summary>The whole matrix: who, with which token, with which role, may do what.</summary>
public sealed class AccessRulesTests
{
    private const string App = "hello";

    /// <summary>
    /// Person, scope of the token, the app the token is narrowed to, role with the app; then the letters of what is allowed with the app:
    /// Identify, See, Deploy, Administer; and after the bar of what is about no app: Identify, CreateApp, Operate.
    /// </summary>
    private const string Matrix =
        """
        member read   every none   I    | I
        member read   every read   IS   | I
        member read   every deploy IS   | I
        member read   every admin  IS   | I
        member deploy every none   I    | IC
        member deploy every read   IS   | IC
        member deploy every deploy ISD  | IC
        member deploy every admin  ISD  | IC
        member admin  every none   I    | IC
        member admin  every read   IS   | IC
        member admin  every deploy ISD  | IC
        member admin  every admin  ISDA | IC
        member read   this  none   I    | I
        member read   this  read   IS   | I
        member read   this  deploy IS   | I
        member read   this  admin  IS   | I
        member deploy this  none   I    | I
        member deploy this  read   IS   | I
        member deploy this  deploy ISD  | I
        member deploy this  admin  ISD  | I
        member admin  this  none   I    | I
        member admin  this  read   IS   | I
        member admin  this  deploy ISD  | I
        member admin  this  admin  ISDA | I
        member read   other none   -    | I
        member read   other read   -    | I
        member read   other deploy -    | I
        member read   other admin  -    | I
        member deploy other none   -    | I
        member deploy other read   -    | I
        member deploy other deploy -    | I
        member deploy other admin  -    | I
        member admin  other none   -    | I
        member admin  other read   -    | I
        member admin  other deploy -    | I
        member admin  other admin  -    | I
        boss   read   every none   IS   | I
        boss   deploy every none   ISD  | IC
        boss   admin  every none   ISDA | ICO
        boss   read   this  none   IS   | I
        boss   deploy this  none   ISD  | I
        boss   admin  this  none   ISDA | I
        boss   read   other none   -    | I
        boss   deploy other none   -    | I
        boss   admin  other none   -    | I
        """;

    private static readonly (char Letter, AccessAction Action)[] OfApp =
        [('I', AccessAction.Identify), ('S', AccessAction.See), ('D', AccessAction.Deploy), ('A', AccessAction.Administer)];

    private static readonly (char Letter, AccessAction Action)[] OfNone =
        [('I', AccessAction.Identify), ('C', AccessAction.CreateApp), ('O', AccessAction.Operate)];

    public static TheoryData<string> Rows() => [.. Matrix.Split('\n').Select(row => row.Trim())];

    [Theory]
    [MemberData(nameof(Rows))]
    public void Somebody_may_what_the_matrix_says_and_nothing_else(string row)
    {
        var words = row.Split((char[])[' ', '|'], StringSplitOptions.RemoveEmptyEntries);
        var subject = new Subject("token", "ann", words[0] == "boss", Enum.Parse<AccessRole>(words[1], ignoreCase: true), words[2] switch { "this" => App, "other" => "another", _ => null });
        AccessRole? granted = words[3] == "none" ? null : Enum.Parse<AccessRole>(words[3], ignoreCase: true);
        Assert.Equal(words[4].Trim('-'), Letters(OfApp, action => AccessRules.Allows(subject, granted, action, App)));
        Assert.Equal(words[5], Letters(OfNone, action => AccessRules.Allows(subject, null, action, null)));
        // What is about an app is about nothing without one.
        Assert.All(OfApp.Skip(1), one => Assert.False(AccessRules.Allows(subject, AccessRole.Admin, one.Action, null)));
    }

    [Fact]
    public void The_matrix_has_every_action() =>
        Assert.Equal(Enum.GetValues<AccessAction>().Order(), OfApp.Concat(OfNone).Select(one => one.Action).Distinct().Order());

    private static string Letters((char Letter, AccessAction Action)[] actions, Func<AccessAction, bool> allowed) =>
        string.Concat(actions.Where(one => allowed(one.Action)).Select(one => one.Letter));
}
