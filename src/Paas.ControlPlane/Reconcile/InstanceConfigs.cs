using System.Globalization;
using System.Security.Cryptography;
using Paas.Build;
using Paas.ControlPlane.Domain;
using Paas.ControlPlane.Store;
using Paas.Node;

namespace Paas.ControlPlane.Reconcile;

/// <summary>An instance of a release as a container.</summary>
internal sealed class InstanceConfigs(ControlPlaneOptions options, ReleaseStore releases)
{
    private const string IdCharacters = "abcdefghijklmnopqrstuvwxyz0123456789";

    /// <summary>Never the same twice, so that nothing old is taken for something new.</summary>
    internal static string NewContainerId(string app, Slot slot) => NewContainerId(app, slot.Type, slot.Number);

    /// <inheritdoc cref="NewContainerId(string, Slot)"/>
    internal static string NewContainerId(string app, string type, int number) =>
        $"{Short(app, 32)}.{Short(type.ToLowerInvariant(), 16)}.{number}-{RandomNumberGenerator.GetString(IdCharacters, 8)}";

    internal ContainerConfig For(Instance instance)
    {
        var release = releases.Get(instance.App, instance.Release);
        return Container(instance.Container, instance.Name, release, Command(release, release.Processes[instance.Type])) with
        {
            ProcessType = TypeOf(release, instance.Type),
            Labels = new Dictionary<string, string>
            {
                [ContainerLabels.App] = instance.App,
                [ContainerLabels.Type] = instance.Type,
                [ContainerLabels.Instance] = instance.Name,
                [ContainerLabels.Release] = instance.Release.ToString(CultureInfo.InvariantCulture),
            },
        };
    }

    /// <summary>A container of a release with a command of its own.</summary>
    internal ContainerConfig Container(string id, string name, Release release, IReadOnlyList<string> command)
    {
        var env = new Dictionary<string, string>(release.Config)
        {
            ["PORT"] = (release.Port ?? options.Port).ToString(CultureInfo.InvariantCulture),
            ["PAAS_APP"] = release.App,
            ["PAAS_INSTANCE"] = name,
            ["PAAS_RELEASE"] = $"v{release.Version}",
        };
        return new ContainerConfig
        {
            Id = id,
            App = release.App,
            Name = name,
            Image = release.Image,
            Args = command,
            Env = env,
            Limits = new ContainerLimits(MemoryBytes: options.InstanceMemoryBytes, CpuWeight: 100, Pids: options.InstancePids),
            StopGraceSeconds = (int)options.StopGrace.TotalSeconds,
        };
    }

    /// <summary>What follows the image's entrypoint for a command of the release, or for a line that somebody typed.</summary>
    internal static IReadOnlyList<string> Command(Release release, string command) =>
        // An image of somebody else's has the shell that every image has, where it has one at all.
        ProcessCommand.Words(command) ?? [ProcessCommand.IsOfImage(release.Processes) ? "/bin/sh" : "/bin/bash", "-c", command];

    /// <summary>A process type that a launcher may know by name; null for one that is a command, and for a text that names none.</summary>
    internal static string? TypeOf(Release release, string type) =>
        release.Processes.TryGetValue(type, out var command) && ProcessCommand.Words(command) is null ? type : null;

    private static string Short(string text, int length) => text.Length <= length ? text : text[..length];
}
