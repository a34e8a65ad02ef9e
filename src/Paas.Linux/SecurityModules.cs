namespace Paas.Linux;

/// <summary>Security modules of the running kernel.</summary>
public static class SecurityModules
{
    /// <summary>AppArmor is there and enabled.</summary>
    public static bool HasAppArmor => StartsWith("/sys/module/apparmor/parameters/enabled", 'Y');

    /// <summary>SELinux is there and has a policy.</summary>
    public static bool HasSELinux => Directory.Exists("/sys/fs/selinux/class");

    private static bool StartsWith(string path, char first)
    {
        try
        {
            return File.ReadAllText(path).StartsWith(first);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
