namespace Paas.Node.Network;

/// <summary>Small text files of the host that may not be there.</summary>
internal static class HostFiles
{
    /// <summary>The text, or null where it cannot be read.</summary>
    public static string? Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
