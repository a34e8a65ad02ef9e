using Paas.Linux;
using Paas.Linux.Launching;
using Paas.Oci.Runtime;
using static Paas.Linux.Native;

namespace Paas.Runtime.Containers;

/// <summary>
/// The label a security module of the kernel gives the program: AppArmor's profile, SELinux's context. The file that takes it is
/// opened in the host's procfs, before an image could have put another in its place (CVE-2019-16884, CVE-2025-52881).
/// </summary>
internal sealed class SecurityLabelSteps
{
    private readonly LaunchProgram _program;
    private readonly string _label;
    private readonly string _text;
    private readonly Register _file;

    private SecurityLabelSteps(LaunchProgram program, string label, string text)
    {
        (_program, _label, _text) = (program, label, text);
        _file = program.NewRegister();
    }

    /// <summary>Where the file is kept until <see cref="Write"/>: a descriptor to be left open meanwhile.</summary>
    public const int KeptAt = 900;

    /// <summary>Opens the file of whichever label the process is to have; null for none.</summary>
    /// <exception cref="RuntimeException">The kernel has not got the module.</exception>
    public static SecurityLabelSteps? Open(LaunchProgram program, ProcessConfig process)
    {
        if (process.ApparmorProfile is { Length: > 0 } profile)
        {
            if (!SecurityModules.HasAppArmor) throw new RuntimeException($"apparmor failed to apply profile {profile}: AppArmor is not enabled on this machine");
            var steps = new SecurityLabelSteps(program, profile, "exec " + profile);
            steps.OpenFile("self/attr/apparmor/exec", "self/attr/exec");
            return steps;
        }

        if (process.SelinuxLabel is not { Length: > 0 } label) return null;
        if (!SecurityModules.HasSELinux) throw new RuntimeException($"selinux label {label} is specified in config, but selinux is disabled or not supported");
        var labelling = new SecurityLabelSteps(program, label, label);
        labelling.OpenFile("self/attr/exec", null);
        return labelling;
    }

    /// <summary>Gives the next program the label.</summary>
    public void Write()
    {
        _program.Add("apply label", _label, SYS_write, KeptAt, _program.Text(_text), System.Text.Encoding.UTF8.GetByteCount(_text));
        _program.Add("close", null, SYS_close, KeptAt);
    }

    private void OpenFile(string path, string? otherwise)
    {
        AddOpen(path, otherwise);
        _program.Add("keep label", _label, SYS_dup3, _file, KeptAt, O_CLOEXEC);
        _program.Add("close", null, SYS_close, _file);
    }

    private void AddOpen(string path, string? otherwise)
    {
        var procfs = ProcfsSteps.OpenRoot(_program);
        var open = ProcfsSteps.Open(_program, procfs, "open label", path, path, _file);
        if (otherwise is not null)
        {
            // Kernels before 5.8 have the common file only.
            open.On(Errno.ENOENT, _program.Count);
            ProcfsSteps.Open(_program, procfs, "open label", otherwise, otherwise, _file);
            open.OnSuccess(_program.Count);
        }

        _program.Add("close", null, SYS_close, procfs);
    }
}
