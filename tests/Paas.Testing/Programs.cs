namespace Paas.Testing;

/// <summary>
/// The built programs, laid out as in <c>/opt/paas</c>: <c>bin/</c>, <c>lib/</c>, <c>buildpacks/</c>. <c>PAAS_PROGRAMS</c> names the
/// tree; without it, <c>artifacts/programs</c> of the repository, which <c>./install.sh --pack artifacts/programs</c> makes.
/// </summary>
public static class Programs
{
    public static string Root { get; } =
        Environment.GetEnvironmentVariable("PAAS_PROGRAMS") ?? Path.Combine(Repository.Root, "artifacts", "programs");

    public static string Paas => Require("bin/paas");

    public static string Runtime => Require("bin/paas-runtime");

    public static string Launcher => Require("bin/paas-launcher");

    public static string Daemon => Require("bin/paasd");

    public static string Router => Require("bin/paas-router");

    private static string Require(string relative)
    {
        var path = Path.Combine(Root, relative);
        if (!File.Exists(path))
        {
            throw new FileNotFoundException($"{path} is missing; build the programs with: ./install.sh --pack {Root}");
        }

        return path;
    }
}
