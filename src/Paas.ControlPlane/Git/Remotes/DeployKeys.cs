using System.Diagnostics;
using Paas.Contracts.Errors;

namespace Paas.ControlPlane.Git.Remotes;

/// <summary>
/// The key with which the server shows itself for an app at other git servers. Each app has its own: those servers take a deploy key for
/// one repository only, and who may deploy one app shall not read what another is made of.
/// </summary>
internal sealed class DeployKeys(ControlPlaneOptions options)
{
    private const string PublicSuffix = ".pub";

    private string KeysDirectory => Path.Combine(options.GitDirectory, ".keys");

    /// <summary>The private key; null where the app has none.</summary>
    internal string? Find(string app) => File.Exists(PathOf(app)) && File.Exists(PathOf(app) + PublicSuffix) ? PathOf(app) : null;

    /// <summary>The public key, made where there is none.</summary>
    internal async Task<string> PublicAsync(string app, CancellationToken ct)
    {
        if (Find(app) is null) await MakeAsync(app, ct);
        return (await File.ReadAllTextAsync(PathOf(app) + PublicSuffix, ct)).Trim();
    }

    /// <summary>Makes a key in place of the one before, and returns its public half.</summary>
    internal async Task<string> RenewAsync(string app, CancellationToken ct)
    {
        await MakeAsync(app, ct);
        return await PublicAsync(app, ct);
    }

    internal void Remove(string app)
    {
        if (!Directory.Exists(KeysDirectory)) return;
        File.Delete(PathOf(app));
        File.Delete(PathOf(app) + PublicSuffix);
    }

    private string PathOf(string app) => Path.Combine(KeysDirectory, app);

    private async Task MakeAsync(string app, CancellationToken ct)
    {
        Directory.CreateDirectory(KeysDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var making = Path.Combine(KeysDirectory, $".making-{Guid.NewGuid():N}");
        var start = new ProcessStartInfo("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", $"{app}@paas.{options.Domain}", "-f", making]) { RedirectStandardError = true, RedirectStandardOutput = true };
        using var keygen = Process.Start(start) ?? throw new PaasException(ErrorCode.Internal, "ssh-keygen could not be started");
        var errors = await keygen.StandardError.ReadToEndAsync(ct);
        await keygen.WaitForExitAsync(ct);
        if (keygen.ExitCode != 0) throw new PaasException(ErrorCode.Internal, $"ssh-keygen failed: {errors.Trim()}");
        // The public half first: a key that is found has both.
        File.Delete(PathOf(app));
        File.Move(making + PublicSuffix, PathOf(app) + PublicSuffix, overwrite: true);
        File.Move(making, PathOf(app));
    }
}
