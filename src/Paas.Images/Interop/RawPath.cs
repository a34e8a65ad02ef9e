using System.Text;

namespace Paas.Images.Interop;

/// <summary>Raw paths (see <see cref="RawPathMarshaller"/>) to and from ordinary strings.</summary>
internal static class RawPath
{
    public static string FromText(string path) =>
        Ascii.IsValid(path) ? path : Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(path));

    /// <summary>For people: bytes that are not UTF-8 become replacement characters.</summary>
    public static string ToText(string rawPath) =>
        Ascii.IsValid(rawPath) ? rawPath : Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(rawPath));
}
