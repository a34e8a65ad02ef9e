using Paas.Linux;
using Paas.Oci.Runtime;
using Paas.Runtime.Checkpoints;
using Paas.Runtime.CommandLine;
using Paas.Runtime.Hooks;
using Paas.Runtime.State;

namespace Paas.Runtime.Verbs;

/// <summary><c>checkpoint</c>: writes a running container's processes to files, with criu, and ends it unless it is to run on.</summary>
internal static class CheckpointVerb
{
    public static int Run(GlobalOptions global, string[] arguments)
    {
        var reader = new OptionReader(Commands.Checkpoint, arguments);
        var options = new CheckpointOptions();
        var (leaveRunning, preDump, parent) = (false, false, (string?)null);
        var pages = new PageSending();
        while (reader.NextOption() is { } option)
        {
            switch (option)
            {
                case "--leave-running":
                    leaveRunning = true;
                    break;
                case "--pre-dump":
                    preDump = true;
                    break;
                case "--parent-path":
                    parent = reader.Value();
                    break;
                case "--page-server":
                    pages.Server(reader.Value());
                    break;
                case "--status-fd":
                    pages.StatusTo(reader.Value());
                    break;
                default:
                    options.Take(option, reader);
                    break;
            }
        }

        pages.Check(options.LazyPages, preDump);
        var container = KnownContainer.Load(global.Root, reader.OnlyId());
        var status = container.Status();
        if (!ContainerStatuses.CanCheckpoint(status)) throw new RuntimeException($"Container cannot be checkpointed in {ContainerStatuses.Word(status)} state");
        var config = CreateOptions.ReadConfig(container.Directory.ConfigPath);
        CheckpointOptions.Check();
        Directory.CreateDirectory(options.ImagePath);
        Directory.CreateDirectory(options.WorkPath);
        Dump(container, config, options, pages, preDump, leaveRunning, Previous(options, parent));
        if (!leaveRunning && !preDump) Remove(container, config);
        return 0;
    }

    private static void Dump(
        KnownContainer container, RuntimeConfig config, CheckpointOptions options, PageSending pages, bool preDump, bool leaveRunning, IEnumerable<string> previous)
    {
        var record = container.Record;
        var ties = HostTies.Of(record, config);
        using var inherited = new InheritedForCriu();
        List<string> arguments =
        [
            "--tree", $"{record.Pid}", "--images-dir", options.ImagePath, "--work-dir", options.WorkPath, "--root", record.Rootfs,
            $"--manage-cgroups={options.GroupsMode}", .. options.Arguments, .. pages.Arguments(options.LazyPages, inherited), .. previous,
            .. ties.ForDump(config, record.Rootfs),
        ];
        if (container.Group.FreezerDirectory is { } freezer) arguments.AddRange(["--freeze-cgroup", freezer]);
        if (preDump) arguments.Add("--track-mem");
        else if (leaveRunning) arguments.Add("--leave-running");
        var place = new HostProgramPlace { Namespaces = 0, Kept = inherited.Numbers, Prepare = inherited.Place };
        // Before, since whoever takes its memory restores it while this still waits.
        ties.Save(options.ImagePath);
        var log = options.Log(config, "dump.log");
        if (config.Process?.Terminal == true && !preDump) new CriuService(container.Directory.Path, null).Run(false, record.Pid, log, arguments, place);
        else CriuProgram.Run(preDump ? "pre-dump" : "dump", log, [.. arguments, .. CheckpointOptions.ConfigArguments(config)], place);
    }

    // Below the images, so that the link criu makes to it holds wherever the images are taken together.
    private static IEnumerable<string> Previous(CheckpointOptions options, string? parent)
    {
        if (parent is null) return [];
        if (Path.IsPathRooted(parent)) throw new UsageException("--parent-path: must be relative to the image directory");
        var path = Path.Combine(options.ImagePath, parent);
        return Directory.Exists(path) ? ["--prev-images-dir", parent, "--track-mem"] : throw new UsageException($"--parent-path: there is no directory {path}");
    }

    private static void Remove(KnownContainer container, RuntimeConfig config)
    {
        container.KillAll();
        container.Remove();
        PoststopHooks.Run(config, container.Record);
    }
}
