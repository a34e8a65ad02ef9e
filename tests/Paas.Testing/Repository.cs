namespace Paas.Testing;

/// <summary>The checkout the tests were built from.</summary>
public static class Repository
{
    public static string Root { get; } = Find();

    private static string Find()
    {
        for (var directory = new DirectoryInfo(AppContext.BaseDirectory); directory is not null; directory = directory.Parent)
        {
            if (File.Exists(Path.Combine(directory.FullName, "Paas.sln"))) return directory.FullName;
        }

        throw new DirectoryNotFoundException($"no Paas.sln above {AppContext.BaseDirectory}");
    }
}
