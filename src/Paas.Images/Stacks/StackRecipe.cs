using System.Text;
using Paas.Oci;
using Paas.Oci.Images;

namespace Paas.Images.Stacks;

/// <summary>All that decides what is in a stack, apart from the packages' versions of the day.</summary>
internal sealed class StackRecipe
{
    /// <summary>The image label that holds the recipe's digest.</summary>
    public const string Label = Stack.RecipeLabel;

    /// <summary>To be raised when the way of building changes the result.</summary>
    private const int Version = 1;

    private static readonly string[] RunBase =
    [
        "bash", "ca-certificates", "libgcc-s1", "libssl3", "libstdc++6", "netbase", "openssl", "procps", "tini", "tzdata", "zlib1g",
    ];

    private static readonly string[] BuildBase =
    [
        "build-essential", "curl", "git", "nodejs", "npm", "pkg-config", "python3", "unzip", "xz-utils",
    ];

    public StackRecipe(StackOptions options)
    {
        Suite = options.Suite;
        Mirrors = options.Mirrors;
        SourceDate = options.SourceDate;
        RunPackages = Sorted(RunBase, options.ExtraRunPackages);
        BuildPackages = Sorted(BuildBase, options.ExtraBuildPackages);
        Digest = Digest.Compute(Encoding.UTF8.GetBytes(string.Join('\n',
        [
            $"{Version}", Suite, .. Mirrors, Platform.Current.Architecture, $"{SourceDate.ToUnixTimeSeconds()}",
            string.Join(' ', RunPackages), string.Join(' ', BuildPackages), StackScripts.Run, StackScripts.Build,
        ])));
    }

    public string Suite { get; }

    public IReadOnlyList<string> Mirrors { get; }

    public DateTimeOffset SourceDate { get; }

    public IReadOnlyList<string> RunPackages { get; }

    public IReadOnlyList<string> BuildPackages { get; }

    /// <summary>Names the recipe.</summary>
    public Digest Digest { get; }

    private static string[] Sorted(IReadOnlyList<string> packages, IReadOnlyList<string> extra)
    {
        // They become words of shell commands run as root.
        var invalid = extra.FirstOrDefault(name => name.Length == 0 || !name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '+' or '-' or '.' or ':'));
        if (invalid is not null) throw new StackException($"'{invalid}' is not the name of a Debian package");
        return [.. packages.Concat(extra).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }
}
