namespace Paas.Runtime.ClientTests;

/// <summary>A test with container engines of the distribution. <c>./tests/run</c> runs as root and installs them, so there it always runs.</summary>
public sealed class EngineFactAttribute : FactAttribute
{
    private static readonly string[] Folders = ["/usr/bin", "/usr/sbin", "/bin", "/sbin"];

    public EngineFactAttribute(params string[] programs)
    {
        var missing = programs.FirstOrDefault(program => !Folders.Any(folder => File.Exists(Path.Combine(folder, program))));
        if (!Environment.IsPrivilegedProcess) Skip = "needs root; ./tests/run runs it";
        else if (missing is not null) Skip = $"needs {missing}; ./tests/run installs it";
    }
}
