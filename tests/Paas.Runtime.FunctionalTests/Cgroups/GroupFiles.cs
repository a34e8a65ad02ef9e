using System.Text.Json.Nodes;
using Xunit.Sdk;

namespace Paas.Runtime.FunctionalTests.Cgroups;

/// <summary>The files of a container's control group, whichever version this machine has.</summary>
internal static class GroupFiles
{
    private const string Root = "/sys/fs/cgroup";

    /// <summary>Pure cgroup v2.</summary>
    public static bool IsUnified { get; } = File.Exists(Root + "/cgroup.controllers");

    /// <summary>Whether a controller can be had at all.</summary>
    public static bool Has(string controller) => IsUnified
        ? File.ReadAllText(Root + "/cgroup.controllers").Split(' ', '\n').Contains(controller)
        : Directory.Exists($"{Root}/{(controller == "io" ? "blkio" : controller)}");

    /// <summary>The directory of a container's group in the hierarchy of a controller.</summary>
    public static string GroupDirectory(this TestContainer container, string controller) =>
        IsUnified ? $"{Root}/{container.Id}" : $"{Root}/{(controller == "io" ? "blkio" : controller)}/{container.Id}";

    /// <summary>A limit, from the file that v2 or v1 has it in.</summary>
    public static string Limit(this TestContainer container, string unified, string legacy)
    {
        var file = IsUnified ? unified : legacy;
        var path = $"{container.GroupDirectory(file[..file.IndexOf('.')])}/{file}";
        return File.Exists(path) ? File.ReadAllText(path).Trim() : throw new XunitException($"there is no {path}");
    }

    /// <summary>Sets what config.json says of limits.</summary>
    public static TestContainer WithResources(this TestContainer container, string json)
    {
        container.Linux["resources"] = JsonNode.Parse(json);
        return container;
    }

    /// <summary>The command line of a verb with options before the id.</summary>
    public static Outcome Update(this TestContainer container, params string[] options) =>
        RuntimeUnderTest.Run(container.Root, ["update", .. options, container.Id]);
}
