using System.Globalization;

namespace Paas.Daemon.Ssh;

/// <summary>The configuration of the sshd that paasd runs (sshd_config(5)): keys only, one user, one program, nothing forwarded.</summary>
internal static class SshServerConfig
{
    /// <summary>Whom clients log in as; the user has no rights on this machine, and all sessions are told apart by their keys.</summary>
    public const string User = "paas";

    /// <param name="options">Port, socket, programs.</param>
    /// <param name="hostKeys">Private keys of the host.</param>
    public static string Text(DaemonOptions options, IEnumerable<string> hostKeys) => $"""
        # Written by paasd at each start.
        Port {options.SshPort.ToString(CultureInfo.InvariantCulture)}
        {string.Join("\n", hostKeys.Select(path => $"HostKey {Quoted(path)}"))}
        PidFile none
        UsePAM no
        UseDNS no
        LogLevel INFO
        LoginGraceTime 60
        MaxAuthTries 20
        ClientAliveInterval 30
        ClientAliveCountMax 6

        AllowUsers {User}
        AuthenticationMethods publickey
        PasswordAuthentication no
        KbdInteractiveAuthentication no
        AuthorizedKeysFile none
        AuthorizedKeysCommand {AuthorizedKeysCommand(options)}
        AuthorizedKeysCommandUser root
        PermitUserEnvironment PAAS_SESSION
        AcceptEnv GIT_PROTOCOL LANG LC_*

        DisableForwarding yes
        PermitTunnel no
        PermitUserRC no
        PrintMotd no
        PrintLastLog no

        """;

    /// <summary>
    /// What a sshd asks about each key that a client offers. By env(1), because sshd hands on no environment, and wants a program whose
    /// every parent directory is root's.
    /// </summary>
    public static string AuthorizedKeysCommand(DaemonOptions options) =>
        $"/usr/bin/env {Quoted($"PAAS_SOCKET={options.Socket}")} {Quoted(Path.Combine(options.Programs, "bin", "paas"))} ssh-authorized-keys %t %k";

    /// <summary>The part of another sshd's configuration that makes it take the platform's keys too.</summary>
    public static string ForSystem(DaemonOptions options) => $"""
        # To push over the machine's own sshd (port 22), put this at the end of /etc/ssh/sshd_config, then: systemctl reload ssh
        # PermitUserEnvironment has to stand before the first Match line.
        PermitUserEnvironment PAAS_SESSION
        Match User {User}
            AuthenticationMethods publickey
            AuthorizedKeysFile none
            AuthorizedKeysCommand {AuthorizedKeysCommand(options)}
            AuthorizedKeysCommandUser root
            AcceptEnv GIT_PROTOCOL
            DisableForwarding yes
            PermitUserRC no
        """;

    private static string Quoted(string word) => "\"" + word.Replace("%", "%%", StringComparison.Ordinal) + "\"";
}
