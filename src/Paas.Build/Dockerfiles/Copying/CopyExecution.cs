using Paas.Build.Dockerfiles.Building;
using Paas.Build.Sources;
using Paas.Contracts.Sources;
using Paas.Images.Layers;
using Paas.Images.Trees;
using Paas.Oci;

namespace Paas.Build.Dockerfiles.Copying;

/// <summary>Names and does one planned copy.</summary>
/// <param name="plan">What is copied, and how.</param>
/// <param name="source">Where from.</param>
/// <param name="isContext">True where everything is root's unless said otherwise.</param>
internal sealed class CopyExecution(CopyPlan plan, FileTree source, bool isContext)
{
    private readonly IgnorePatterns _excluded = IgnorePatterns.Of(plan.Exclude);

    /// <summary>Everything but what is below that the layer depends on.</summary>
    public StepKey AddTo(StepKey key, CancellationToken ct)
    {
        key.Add(plan.Destination).Add(plan.ModeText).Add($"{plan.Owner?.UserId}:{plan.Owner?.GroupId}").AddAll(plan.Exclude);
        key.Add($"{plan.Parents} {plan.Unpack} {isContext}");
        var digest = new TreeDigest(source, withOwners: !isContext && plan.Owner is null, Excludes());
        foreach (var item in plan.Items)
        {
            key.Add(item.Path).Add($"{item.Pivot}").Add(digest.Of(item.Path, ct));
            if (plan.Parents) key.AddAll(Kept(item).Select(kept => $"{digest.OfDirectory(kept.From)}"));
        }

        return key;
    }

    /// <summary>Copies everything into the target.</summary>
    /// <param name="target">A root filesystem.</param>
    /// <param name="work">A directory for what lasts as long as the copy; made here.</param>
    /// <param name="latest">No file is newer.</param>
    /// <param name="ct">Cancels.</param>
    /// <exception cref="TreeCopyException">Something is in the way.</exception>
    public async Task RunAsync(FileTree target, string work, DateTimeOffset? latest, CancellationToken ct)
    {
        var options = new TreeCopyOptions
        {
            Owner = plan.Owner ?? (isContext ? LayerOwner.Root : null),
            Mode = plan.Mode,
            MadeMode = ModeChange.OfMadeDirectories(plan.ModeText) ?? TreeCopyOptions.UsualMadeMode,
            KeepsTop = plan.Parents,
            Excludes = Excludes(),
            LooksIntoExcluded = _excluded.BringsBack,
            Latest = latest,
        };
        var copier = new TreeCopier(source, target, options);
        var destination = FileTree.Raw(plan.Destination);
        foreach (var item in plan.Items)
        {
            if (plan.Unpack && await Archives.TryExtractAsync(source, item.Path, work, ct) is { } extracted)
            {
                try
                {
                    // What an archive says of its own top is not the destination's, and neither --chmod nor --exclude is about what it holds.
                    using var content = FileTree.Of(extracted);
                    var unpacker = new TreeCopier(content, target, new TreeCopyOptions { Owner = plan.Owner, Latest = latest, Replaces = true });
                    unpacker.MakeDirectory(destination);
                    unpacker.Copy("", destination, ct);
                }
                finally
                {
                    TreeRemoval.Remove(extracted);
                }
            }
            else if (plan.Parents)
            {
                CopyWithParents(copier, item, destination, ct);
            }
            else
            {
                copier.Copy(item.Path, destination, ct);
            }
        }
    }

    private static void CopyWithParents(TreeCopier copier, CopyItem item, string destination, CancellationToken ct)
    {
        var to = destination.TrimEnd('/');
        foreach (var (from, below) in Kept(item)) copier.MakeDirectoryLike(from, $"{to}/{below}");
        var components = Components(item);
        copier.Copy(item.Path, $"{to}/{string.Join('/', components[Math.Min(item.Pivot, components.Length)..])}", ct);
    }

    // The directories on the way that are kept: where each is, and its place below the destination.
    private static IEnumerable<(string From, string Below)> Kept(CopyItem item)
    {
        var components = Components(item);
        for (var end = item.Pivot + 1; end < components.Length; end++) yield return (string.Join('/', components[..end]), string.Join('/', components[item.Pivot..end]));
    }

    private static string[] Components(CopyItem item) => item.Path.Split('/', StringSplitOptions.RemoveEmptyEntries);

    private Func<string, bool>? Excludes() => _excluded.IsEmpty ? null : path => _excluded.Ignores(FileTree.Text(path));
}
