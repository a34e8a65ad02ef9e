namespace Paas.Images.Snapshots;

/// <summary>Finds out what overlays can do here.</summary>
internal static class OverlayProbe
{
    public static bool SupportsIdMapping(string directory) => throw new NotImplementedException(directory);
}
