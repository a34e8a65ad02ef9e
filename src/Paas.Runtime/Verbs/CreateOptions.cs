using System.Text.Json;
using Microsoft.Win32.SafeHandles;
using Paas.Linux;
using Paas.Linux.Sockets;
using Paas.Oci.Runtime;
using Paas.Runtime.CommandLine;
using Paas.Runtime.Containers;
using Paas.Runtime.Supervise;

namespace Paas.Runtime.Verbs;

/// <summary>What <c>create</c> and <c>run</c> have in common.</summary>
internal sealed class CreateOptions
{
    public string Bundle { get; private set; } = ".";

    /// <summary>The file to read instead of the bundle's config.json (crun's).</summary>
    public string? ConfigFile { get; private set; }

    public string? PidFile { get; private set; }

    public string? SandboxFile { get; private set; }

    public bool Detach { get; private set; }

    public bool Keep { get; private set; }

    public bool NoPivot { get; private set; }

    public int PreservedDescriptors { get; private set; }

    /// <summary>Socket that gets the master end of the process's terminal.</summary>
    public string? ConsoleSocket { get; private set; }

    /// <summary>Socket that gets a pidfd of the process.</summary>
    public string? PidfdSocket { get; private set; }

    private bool NewKeyring { get; set; } = true;

    public string Id { get; private set; } = "";

    /// <summary>Reads them; <paramref name="isRun"/> adds those of <c>run</c>.</summary>
    public static CreateOptions Parse(string[] arguments, bool isRun)
    {
        var options = new CreateOptions();
        var reader = new OptionReader(isRun ? Commands.Run : Commands.Create, arguments);
        while (reader.NextOption() is { } option)
        {
            switch (option)
            {
                case "--bundle":
                    options.Bundle = reader.Value();
                    break;
                case "--config":
                    options.ConfigFile = reader.Value();
                    break;
                case "--pid-file":
                    options.PidFile = reader.Value();
                    break;
                case "--preserve-fds":
                    options.PreservedDescriptors = reader.Number();
                    break;
                case "--console-socket":
                    options.ConsoleSocket = reader.Value();
                    break;
                case "--pidfd-socket":
                    options.PidfdSocket = reader.Value();
                    break;
                case "--no-pivot":
                    options.NoPivot = true;
                    break;
                case "--no-new-keyring":
                    options.NewKeyring = false;
                    break;
                // Whoever runs a container attached waits for that one process only.
                case "--no-subreaper" when isRun:
                    break;
                case "--sandbox":
                    options.SandboxFile = reader.Value();
                    break;
                case "--detach" when isRun:
                    options.Detach = true;
                    break;
                case "--keep" when isRun:
                    options.Keep = true;
                    break;
                default:
                    throw reader.Unknown();
            }
        }

        options.Id = reader.OnlyId();
        return options;
    }

    /// <summary>Reads those of <c>restore</c>, and what is criu's among them.</summary>
    public static CreateOptions ParseRestore(string[] arguments, Checkpoints.CheckpointOptions checkpoint)
    {
        var options = new CreateOptions();
        var reader = new OptionReader(Commands.Restore, arguments);
        while (reader.NextOption() is { } option)
        {
            switch (option)
            {
                case "--bundle":
                    options.Bundle = reader.Value();
                    break;
                case "--config":
                    options.ConfigFile = reader.Value();
                    break;
                case "--pid-file":
                    options.PidFile = reader.Value();
                    break;
                case "--detach":
                    options.Detach = true;
                    break;
                case "--console-socket":
                    options.ConsoleSocket = reader.Value();
                    break;
                // criu changes the root in its own way.
                case "--no-subreaper" or "--no-pivot":
                    break;
                default:
                    checkpoint.Take(option, reader);
                    break;
            }
        }

        options.Id = reader.OnlyId();
        return options;
    }

    /// <summary>What stands for the process of a configuration that has none: root, without capabilities and without a program.</summary>
    public static ProcessConfig NoProcess { get; } = new() { Cwd = "/" };

    /// <summary>The container described by the bundle.</summary>
    public ContainerSpec ToSpec(GlobalOptions global)
    {
        var bundle = Path.GetFullPath(Bundle);
        var config = ConfigFile is null ? Path.Combine(bundle, "config.json") : Path.GetFullPath(ConfigFile);
        var spec = new ContainerSpec
        {
            Id = Id,
            BundleDirectory = bundle,
            Config = ReadConfig(config, out var document),
            ConfigDocument = document,
            Sandbox = SandboxFile is null ? null : Read(SandboxFile, bytes => SupervisionReader.ReadSandbox(bytes)),
            RuntimeRoot = global.Root,
            NewKeyring = NewKeyring,
            CgroupManager = global.CgroupManager,
            Rootless = global.Rootless ?? (!Environment.IsPrivilegedProcess || Namespaces.IsInUserNamespace),
            NoPivot = NoPivot,
        }.WithActivation();
        // crun's, for clients that cannot add to the command line.
        PidfdSocket ??= spec.Config.Annotations?.GetValueOrDefault("run.oci.pidfd_receiver");
        var sockets = spec.PreservedDescriptors;
        return spec with { PreservedDescriptors = sockets + InheritedDescriptors.Count(InheritedDescriptors.First + sockets, PreservedDescriptors) };
    }

    /// <summary>Tells whoever asked which process it has become.</summary>
    public void Announce(int pid, SafeFileHandle process)
    {
        if (PidfdSocket is { } path) SendPidfd(path, process);
        WritePidFile(PidFile, pid);
    }

    /// <summary>Sends a pidfd over a unix socket, as runc does.</summary>
    public static void SendPidfd(string path, SafeFileHandle process)
    {
        using var socket = UnixSocket.ConnectBlocking(path);
        DescriptorPassing.Send(socket, "pidfd"u8, (int)process.DangerousGetHandle());
    }

    /// <summary>Writes a pid as other runtimes do: digits, no line end, all at once.</summary>
    public static void WritePidFile(string? path, int pid)
    {
        if (path is not null) Linux.Files.WriteAtomically(path, System.Text.Encoding.ASCII.GetBytes($"{pid}"), durable: false);
    }

    /// <summary>Reads a configuration, with what it leaves out.</summary>
    /// <exception cref="RuntimeException">It is not there, or not right.</exception>
    public static RuntimeConfig ReadConfig(string path) => ReadConfig(path, out _);

    /// <inheritdoc cref="ReadConfig(string)"/>
    /// <param name="path">The file; a pipe too, which can be read only once.</param>
    /// <param name="document">What is in it.</param>
    public static RuntimeConfig ReadConfig(string path, out byte[] document)
    {
        var read = Array.Empty<byte>();
        var config = Read(path, bytes => ConfigDefaults.Complete(RuntimeConfigReader.ReadConfig(read = bytes)));
        document = read;
        return config;
    }

    // Far above any bundle's, and low enough that what is made of it fits into half the program's heap (Paas.Runtime.csproj).
    private const int LongestDocument = 16 * 1024 * 1024;

    /// <summary>Reads a JSON file, saying which one when it is not right.</summary>
    public static T Read<T>(string path, Func<byte[], T> read)
    {
        try
        {
            using var file = Files.Open(path, Native.O_RDONLY);
            return Read(file, path, read);
        }
        catch (LinuxException e) when (e.Errno is Errno.ENOENT or Errno.ENOTDIR)
        {
            throw new RuntimeException($"JSON specification file {path} not found", e);
        }
    }

    /// <summary>Reads JSON from an open file or pipe.</summary>
    /// <param name="name">What it is called when it is not right.</param>
    public static T Read<T>(SafeFileHandle file, string name, Func<byte[], T> read)
    {
        try
        {
            return read(Files.ReadBytes(file, LongestDocument));
        }
        catch (LinuxException e) when (e.Errno == Errno.EFBIG)
        {
            throw new RuntimeException($"{name} has more than {LongestDocument} bytes; no document may be longer", e);
        }
        catch (JsonException e)
        {
            throw new RuntimeException($"{name}: {e.Message}", e);
        }
    }
}
