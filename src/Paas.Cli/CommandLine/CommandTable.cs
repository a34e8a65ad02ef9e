using Paas.Cli.Commands;

namespace Paas.Cli.CommandLine;

/// <summary>Every command, in the order of the help.</summary>
internal static class CommandTable
{
    public static IReadOnlyList<(string Title, IReadOnlyList<Command> Commands)> Groups { get; } =
    [
        ("Apps", [new CreateCommand(), new AppsCommand(), new OpenCommand(), new DestroyCommand()]),
        ("What runs", [new PsCommand(), new ScaleCommand(), new RestartCommand(), new PsRebuildCommand(), new LogsCommand(), new RunCommand(), new EnterCommand(), new CronCommand(), new CronRunCommand()]),
        ("Config", [new ConfigCommand(), new ConfigSetCommand(), new ConfigGetCommand(), new ConfigUnsetCommand()]),
        ("Releases", [new ReleasesCommand(), new RollbackCommand(), new DeployCommand(), new GitFromImageCommand(), new GitFromArchiveCommand(), new BuildsCommand(), new BuildsInfoCommand(), new BuildsOutputCommand(), new BuildsExplainCommand(), new BuildsSbomCommand(), new BuildsCancelCommand(), new BuilderCommand(), new BuilderSetCommand()]),
        ("Buildpacks", [new BuildpacksCommand(), new BuildpacksSetCommand(), new BuildpacksAddCommand(), new BuildpacksRemoveCommand(), new BuildpacksClearCommand(), new BuildpacksReportCommand()]),
        ("Git", [new GitSyncCommand(), new GitSetCommand(), new GitReportCommand(), new GitAuthCommand(), new GitAllowHostCommand(), new GitPublicKeyCommand(), new GitGenerateDeployKeyCommand()]),
        ("Images", [new BuildCommand(), new ImagesCommand(), new ImagesInspectCommand(), new ImagesHistoryCommand(), new ImagesImportCommand(), new ImagesExportCommand(), new ImagesDiffCommand(), new CommitCommand(), new CleanupCommand()]),
        ("Base images", [new StackCommand(), new StackBuildCommand(), new StackUpdateCommand(), new RebaseCommand()]),
        ("Registries", [new RegistryLoginCommand(), new RegistryLogoutCommand(), new RegistryListCommand(), new RegistryDeployTagCommand()]),
        ("Access", [new LoginCommand(), new LogoutCommand(), new WhoAmICommand(), new LoginTokenCommand(), new TokensCommand(), new TokensRemoveCommand(), new GitRemoteCommand(), new SshKeysAddCommand(), new SshKeysListCommand(), new SshKeysRemoveCommand()]),
        ("People", [new AccessCommand(), new AccessAddCommand(), new AccessRemoveCommand(), new UsersCommand(), new UsersAddCommand(), new UsersRemoveCommand()]),
        ("", [new VersionCommand(), new HelpCommand(), new GitCredentialCommand(), new HookCommand(), new SshAuthorizedKeysCommand(), new SshSessionCommand()]),
    ];

    public static IEnumerable<Command> All => Groups.SelectMany(group => group.Commands);

    /// <summary>The command of that name or alias, or null.</summary>
    public static Command? Find(string name) => All.FirstOrDefault(command => command.Name == name || command.Aliases.Contains(name));

    /// <summary>The same, or a usage error that names the nearest one.</summary>
    public static Command Get(string name)
    {
        if (Find(name) is { } command) return command;
        var names = All.Where(c => c.Summary is not null).SelectMany(c => c.Aliases.Append(c.Name));
        var hint = ForeignName.Translated(name) is { } here ? $"Here it is: paas {here}. "
            : Suggestion.For(name, names) is { } near ? $"Perhaps you meant {near}. "
            : "";
        throw new UsageException($"{name} is not a paas command", $"{hint}All commands: paas help");
    }
}
