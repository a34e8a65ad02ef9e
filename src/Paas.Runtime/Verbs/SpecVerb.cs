using System.Text;
using Paas.Runtime.CommandLine;

namespace Paas.Runtime.Verbs;

/// <summary><c>spec</c>: writes a config.json to start from.</summary>
internal static class SpecVerb
{
    /// <summary>The version of the runtime specification this runtime follows.</summary>
    public const string OciVersion = "1.2.1";

    public static int Run(string[] arguments)
    {
        var reader = new OptionReader(Commands.Spec, arguments);
        var (bundle, rootless) = ("", false);
        while (reader.NextOption() is { } option)
        {
            switch (option)
            {
                case "--bundle":
                    bundle = reader.Value();
                    break;
                case "--rootless":
                    rootless = true;
                    break;
                default:
                    throw reader.Unknown();
            }
        }

        reader.Rest();
        var path = Path.Combine(bundle, "config.json");
        if (File.Exists(path)) throw new RuntimeException($"File {path} exists. Remove it first");
        File.WriteAllBytes(path, Encoding.UTF8.GetBytes(JsonText.Of(JsonText.Indented('\t', 1), new ExampleConfig(rootless).Write)));
        return 0;
    }
}
