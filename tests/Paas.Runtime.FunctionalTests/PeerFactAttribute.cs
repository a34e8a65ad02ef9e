using System.Runtime.CompilerServices;
using Xunit;

namespace Paas.Runtime.FunctionalTests;

/// <summary>
/// A test of what every runtime does, as root. With a peer that is known to differ (<see cref="PeerDifferences"/>) it is skipped and
/// says how it differs; <c>RUNTIME_IS_NEW=1</c> runs it with any.
/// </summary>
public sealed class RootFactAttribute : FactAttribute
{
    public RootFactAttribute([CallerMemberName] string test = "") =>
        Skip = new Paas.Testing.RootFactAttribute().Skip ?? PeerDifferences.Of(test);
}

/// <summary>As <see cref="RootFactAttribute"/>, with data.</summary>
public sealed class RootTheoryAttribute : TheoryAttribute
{
    public RootTheoryAttribute([CallerMemberName] string test = "") => Skip = new RootFactAttribute(test).Skip;
}
