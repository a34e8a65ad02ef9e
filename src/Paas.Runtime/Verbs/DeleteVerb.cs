using System.Text.Json;
using Paas.Linux;
using Paas.Oci.Runtime;
using Paas.Runtime.CommandLine;
using Paas.Runtime.Hooks;
using Paas.Runtime.State;

namespace Paas.Runtime.Verbs;

/// <summary><c>delete</c>: removes what is left of a container; with <c>--force</c> whatever state it is in.</summary>
internal static class DeleteVerb
{
    public static int Run(GlobalOptions global, string[] arguments)
    {
        var reader = new OptionReader(Commands.Delete, arguments);
        var (force, regex) = (false, false);
        while (reader.NextOption() is { } option)
        {
            switch (option)
            {
                case "--force":
                    force = true;
                    break;
                case "--regex":
                    regex = true;
                    break;
                default:
                    throw reader.Unknown();
            }
        }

        foreach (var id in Ids(global.Root, reader.OnlyId(), regex)) Delete(global, id, force);
        return 0;
    }

    private static IReadOnlyList<string> Ids(string root, string operand, bool regex)
    {
        if (!regex) return [operand];
        using var pattern = new PosixPattern(operand);
        return [.. StateDirectory.List(root).Where(pattern.IsMatch)];
    }

    private static void Delete(GlobalOptions global, string id, bool force)
    {
        var root = global.Root;
        if (KnownContainer.Find(root, id) is not { } container)
        {
            // Claimed by a create that died before it had made anything else.
            new StateDirectory(root, id).Remove();
            if (!force) throw KnownContainer.Missing(id);
            return;
        }

        if (force && !container.AwaitCreation()) return;
        var status = container.Status();
        if (!force && !ContainerStatuses.CanDelete(status))
        {
            throw new RuntimeException($"cannot delete container {id} that is not stopped: {ContainerStatuses.Word(status)}");
        }

        // A stopped container without a pid namespace of its own can still have processes.
        if (status != ContainerStatus.Stopped || !container.Group.TryRemoveEmpty()) container.KillAll();
        var config = container.Record.HasHooks ? ConfigOf(container) : null;
        container.Remove();
        if (config is not null) PoststopHooks.Run(config, container.Record);
    }

    // A create that was killed may not have come to its copy.
    private static RuntimeConfig? ConfigOf(KnownContainer container)
    {
        var kept = container.Directory.ConfigPath;
        try
        {
            return CreateOptions.ReadConfig(File.Exists(kept) ? kept : Path.Combine(container.Record.Bundle, "config.json"));
        }
        catch (Exception e) when (e is RuntimeException or IOException or UnauthorizedAccessException or JsonException)
        {
            Log.Warning($"the poststop hooks of {container.Record.Id} do not run: {e.Message}");
            return null;
        }
    }
}
