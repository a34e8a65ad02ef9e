using Paas.Build.Dockerfiles.Instructions;
using Paas.Build.Dockerfiles.Running;
using Paas.Build.Lifecycle;
using Paas.Build.Sources;
using Paas.Contracts.Errors;
using Paas.Contracts.Supervision;
using Paas.Images;
using Paas.Images.Layers;
using Paas.Images.Snapshots;
using Paas.Images.Trees;
using Paas.Node;

namespace Paas.Build.Dockerfiles.Building;

/// <content><c>RUN</c>: a container upon a snapshot, of whose changes a layer is made.</content>
internal sealed partial class StageBuilder
{
    private const int KilledStatus = 137;
    private const string AgentDirectory = "/run/buildkit";
    private const string EgressDirectory = "/run/paas-egress";

    private static readonly string[] BundleVariables =
    [
        "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "GIT_SSL_CAINFO", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "PIP_CERT",
    ];

    // What every container has and not every image has a place for.
    private static readonly string[] SystemTargets = ["/proc", "/dev", "/sys", "/etc/resolv.conf", "/etc/hosts", "/etc/hostname"];

    private async Task RunCommandAsync(RunInstruction instruction, CancellationToken ct)
    {
        CheckEntitlements(instruction);
        if (instruction.Mounts.SelectMany(text => text.Split(',')).FirstOrDefault(field => field.StartsWith("from=", StringComparison.Ordinal) && field.TrimEnd('$').Contains('$')) is { } variable)
            throw NoVariable(variable["from=".Length..], instruction);
        var mounts = instruction.Mounts.Select(text => RunMount.Parse(Expand(text, instruction), _state.WorkingDirectory)).ToList();
        var command = RunCommand.Of(instruction, _state);
        var sources = await MountSourcesAsync(mounts, instruction, ct);
        var key = KeyOf(instruction, command, mounts, sources);
        await StepAsync(instruction, key.ToDigest(), RunHistory(command), step => ExecuteAsync(instruction, command, mounts, sources, step, ct));
    }

    private StepKey KeyOf(RunInstruction instruction, RunCommand command, List<RunMount> mounts, List<MountSource> sources)
    {
        var key = new StepKey("run/1").Add(_root.Chain).AddAll(command.Arguments).Add(command.Script).AddAll(_scope.Variables.Select(pair => $"{pair.Key}={pair.Value}"))
            .Add(_state.User).Add(_state.WorkingDirectory).Add(instruction.Network).AddAll(mounts.SelectMany(mount => mount.Describe()))
            .AddAll(sources.Select(source => source.Digest)).Add(EpochText);
        if (!mounts.Any(mount => mount.IsOfApp)) return key;
        // What an app alone has went into the step, and what another app left in its cache must not come out of it here.
        return key.Add(session.Marks.App).AddAll(mounts.Where(mount => mount.Kind == RunMountKind.Secret)
            .Select(mount => session.Config.Secrets.TryGetValue(mount.Id, out var secret) ? session.Marks.Of(secret) : ""));
    }

    private void CheckEntitlements(RunInstruction instruction)
    {
        if (instruction.Network == "host" && !session.Config.AllowsHostNetwork)
        {
            throw new DockerfileException(
                "network.host is not allowed", instruction.Line, "--network=host",
                "Leave the flag out: builds reach the internet without it. An administrator may allow it: paas build --allow network.host");
        }

        if (instruction.Security == "insecure")
            throw new DockerfileException("security.insecure is not allowed", instruction.Line, "--security=insecure", "Leave the flag out; commands run in a container without rights on the host.");
    }

    private string RunHistory(RunCommand command)
    {
        var visible = _scope.Arguments.Where(name => !BuildArguments.IsProxy(name) && _scope.Variables.ContainsKey(name)).Select(name => $"{name}={_scope.Variables[name]}").ToList();
        return $"RUN {(visible.Count > 0 ? $"|{visible.Count} {string.Join(' ', visible)} " : "")}{string.Join(' ', command.Arguments)}";
    }

    /// <summary>The files that mounts show, by their content: a step is done again when they change.</summary>
    private async Task<List<MountSource>> MountSourcesAsync(IEnumerable<RunMount> mounts, RunInstruction instruction, CancellationToken ct)
    {
        var sources = new List<MountSource>();
        foreach (var mount in mounts)
        {
            if (mount.Kind is not (RunMountKind.Bind or RunMountKind.Cache) || (mount.Kind == RunMountKind.Cache && mount.From is null)) continue;
            var root = mount.From is { } from ? await FindSourceAsync(from, instruction, ct) : null;
            using var opened = await OpenAsync(root, ct);
            var digest = await Task.Run(() => new TreeDigest(opened.Tree, withOwners: root is not null).Of(FileTree.Raw(mount.Source), ct), ct)
                ?? throw new DockerfileException($"\"{mount.Source}\": not found", instruction.Line, mount.Source, IgnoredHint(mount.Source, mount.From));
            sources.Add(new MountSource(mount, root, digest.ToString()));
        }

        return sources;
    }

    private async Task<Layer?> ExecuteAsync(
        RunInstruction instruction, RunCommand command, List<RunMount> mounts, List<MountSource> sources, BuildSteps.Step step, CancellationToken ct)
    {
        await session.RunTurns.WaitAsync(ct);
        try
        {
            using var set = new RunMountSet(Path.Combine(session.Config.WorkDirectory, $"run-{Guid.NewGuid():N}"));
            foreach (var mount in mounts) await PrepareAsync(mount, set, sources, instruction, ct);
            AddAgents(mounts.Where(mount => mount.Kind == RunMountKind.Ssh), set, instruction);
            if (command.Script is not null) set.AddScript(command);
            var variables = AddEgress(set);
            return await session.Workshop.MakeAsync(_root, (key, snapshot) => RunContainerAsync(instruction, command, set, variables, key, snapshot, step, ct), ct);
        }
        catch (PaasException error)
        {
            throw new DockerfileException(error.Message, instruction.Line, hint: error.Hint, inner: error);
        }
        finally
        {
            session.RunTurns.Release();
        }
    }

    private async Task PrepareAsync(RunMount mount, RunMountSet set, List<MountSource> sources, RunInstruction instruction, CancellationToken ct)
    {
        var source = sources.FirstOrDefault(candidate => candidate.Mount == mount);
        switch (mount.Kind)
        {
            case RunMountKind.Tmpfs:
                set.AddTmpfs(mount);
                break;
            case RunMountKind.Secret when session.Config.Secrets.TryGetValue(mount.Id, out var secret):
                set.AddSecret(mount, secret);
                break;
            case RunMountKind.Secret when mount.IsRequired:
                throw new DockerfileException($"secret {mount.Id}: not found", instruction.Line, mount.Id, $"Give it with --secret id={mount.Id},src=FILE.");
            case RunMountKind.Cache:
                await set.AddCacheAsync(mount, session.CacheMounts, session.Config.App, source is null ? null : new CacheOrigin(source.Digest, path => CopyAsync(source, path, ct)), ct);
                break;
            case RunMountKind.Bind when source is { Root: null } && !mount.IsWritable:
                using (var context = await OpenAsync(null, ct)) set.AddBind(mount, Path.Combine(session.Config.ContextDirectory, FileTree.Text(context.Tree.PhysicalPath(FileTree.Raw(mount.Source)))));
                break;
            case RunMountKind.Bind:
                using (var opened = await OpenAsync(source!.Root, ct)) await Task.Run(() => set.AddCopy(mount, opened.Tree, ct), ct);
                break;
        }
    }

    // Where no agent is given, the variable names a socket that is not there, as with BuildKit: programs say so in their own words.
    private void AddAgents(IEnumerable<RunMount> mounts, RunMountSet set, RunInstruction instruction)
    {
        foreach (var (i, mount) in mounts.Index())
        {
            var target = mount.Target ?? $"{AgentDirectory}/ssh_agent.{i}";
            set.AgentPath ??= target;
            if (session.Config.Agents.TryGetValue(mount.Id, out var connect)) set.AddAgent(mount, target, connect);
            else if (mount.IsRequired)
                throw new DockerfileException($"unset ssh forward key {mount.Id}", instruction.Line, "type=ssh", $"Give it with paas build --ssh {mount.Id}; a push has no agent.");
        }
    }

    private async Task CopyAsync(MountSource source, string path, CancellationToken ct)
    {
        using var opened = await OpenAsync(source.Root, ct);
        await Task.Run(() => RunMountSet.Copy(opened.Tree, source.Mount.Source, path, ct), ct);
    }

    // Behind a proxy with a certificate of its own nothing could be fetched otherwise.
    private Dictionary<string, string> AddEgress(RunMountSet set)
    {
        var variables = new Dictionary<string, string>(session.Egress.Env, StringComparer.Ordinal);
        if (variables.Keys.Any(BuildArguments.IsProxy) && session.Egress.CaBundle is { } bundle)
        {
            var target = $"{EgressDirectory}/ca-certificates.crt";
            set.Binds.Add(new BindMount(bundle, target, ReadOnly: true, IdMapped: false));
            foreach (var name in BundleVariables) variables[name] = target;
        }

        foreach (var (name, value) in session.Arguments.GivenProxies) variables[name] = value;
        return variables;
    }

    private async Task RunContainerAsync(
        RunInstruction instruction, RunCommand command, RunMountSet set, Dictionary<string, string> variables, string key, OverlayMount snapshot, BuildSteps.Step step, CancellationToken ct)
    {
        var targets = SystemTargets.Concat(set.Binds.Select(bind => bind.Target)).Concat(set.Memory.Select(memory => memory.Target)).Append(_state.WorkingDirectory);
        var points = await Task.Run(() => MountPoints.Of(snapshot, targets), ct);
        if (set.AgentPath is { } agent) variables["SSH_AUTH_SOCK"] = agent;
        foreach (var (name, value) in _scope.Variables) variables[name] = value;
        foreach (var (name, value) in set.Variables) variables[name] = value;
        var config = new ContainerConfig
        {
            Id = $"dockerfile-{Guid.NewGuid():N}",
            App = session.Config.App,
            Name = $"build.{session.Config.Number}",
            Image = default,
            Snapshot = key,
            Args = command.Arguments,
            Env = variables,
            Cwd = _state.WorkingDirectory,
            User = _state.User,
            Limits = new ContainerLimits(MemoryBytes: session.Options.MemoryBytes, CpuWeight: session.Options.CpuWeight, Pids: session.Options.Pids),
            Mounts = set.Binds,
            MemoryMounts = set.Memory,
            AllowNewPrivileges = true,
            Restart = new RestartPolicy(RestartMode.Never),
            Group = ContainerGroup.Builds,
            Offline = instruction.Network == "none",
            HostNetwork = instruction.Network == "host",
        };
        var status = await RunToEndAsync(config, instruction, step, ct);
        if (status != 0) throw Failed(instruction, command, status);
        await Task.Run(points.Remove, ct);
    }

    private async Task<int> RunToEndAsync(ContainerConfig config, RunInstruction instruction, BuildSteps.Step step, CancellationToken ct)
    {
        using var lines = new LineStream(step.Line);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(session.Options.BuildTimeLimit);
        try
        {
            return (await session.Host.RunAsync(config, new RunStreams(null, lines, lines), limit.Token)).Status;
        }
        catch (OperationCanceledException error) when (!ct.IsCancellationRequested)
        {
            throw new DockerfileException(
                $"the command took longer than the limit of {session.Options.BuildTimeLimit.TotalMinutes:0.#} minutes and was stopped",
                instruction.Line, hint: "Look at the last lines above: a command that waits for input or runs a server never ends.", inner: error);
        }
        finally
        {
            lines.Complete();
        }
    }

    private DockerfileException Failed(RunInstruction instruction, RunCommand command, int status)
    {
        var text = string.Join(' ', command.Arguments);
        if (text.Length > 200) text = text[..200] + "…";
        return status == KilledStatus
            ? new DockerfileException($"process \"{text}\" was killed (exit code 137): it most likely ran out of its {ByteSize.Text(session.Options.MemoryBytes)} of memory", instruction.Line, hint: "Do with less memory, e.g. fewer compilers at one time.")
            : new DockerfileException($"process \"{text}\" did not complete successfully: exit code: {status}", instruction.Line, hint: "The lines above say why.");
    }

    /// <summary>Files that a mount shows.</summary>
    /// <param name="Mount">Which.</param>
    /// <param name="Root">Where they are; null is the context.</param>
    /// <param name="Digest">Their content.</param>
    private sealed record MountSource(RunMount Mount, RootLayers? Root, string Digest);
}
