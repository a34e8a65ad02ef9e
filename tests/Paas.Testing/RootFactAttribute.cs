using Xunit;

namespace Paas.Testing;

/// <summary>A test that needs root: mounts, namespaces, cgroups. <c>./tests/run</c> runs as root, so there it always runs.</summary>
public sealed class RootFactAttribute : FactAttribute
{
    public RootFactAttribute()
    {
        if (!Environment.IsPrivilegedProcess) Skip = "needs root; ./tests/run runs it";
    }
}

/// <summary>As <see cref="RootFactAttribute"/>, with data.</summary>
public sealed class RootTheoryAttribute : TheoryAttribute
{
    public RootTheoryAttribute()
    {
        if (!Environment.IsPrivilegedProcess) Skip = "needs root; ./tests/run runs it";
    }
}
