using System.Text.Json.Nodes;
using Paas.Build.Choosing;

namespace Paas.Build.Lifecycle;

/// <summary>Where the source of an image came from (platform spec, "project-metadata.toml"), for its label.</summary>
internal static class ProjectMetadata
{
    public const string Label = "io.buildpacks.project.metadata";

    /// <summary>The label's content; null where nothing is known.</summary>
    public static JsonObject? Of(BuildConfig config, ProjectDescriptor? project)
    {
        if (config.Commit is { } commit)
        {
            var metadata = new JsonObject();
            if (config.Branch is { } branch) metadata["refs"] = new JsonArray(branch);
            return Source("git", new JsonObject { ["commit"] = commit }, metadata);
        }

        return project?.Version is { } version
            ? Source("project", new JsonObject { ["declared"] = version }, project.SourceUrl is { } url ? new JsonObject { ["url"] = url } : [])
            : null;
    }

    private static JsonObject Source(string type, JsonObject version, JsonObject metadata)
    {
        var source = new JsonObject { ["type"] = type, ["version"] = version };
        if (metadata.Count > 0) source["metadata"] = metadata;
        return new JsonObject { ["source"] = source };
    }
}
