using System.Globalization;

namespace Paas.Logs;

/// <summary>The files of one source: <c>0000000001.log</c>, <c>0000000002.log</c> …; the highest number is being written.</summary>
internal static class LogFiles
{
    private const string Extension = ".log";

    public static string PathOf(string directory, long number) =>
        Path.Combine(directory, number.ToString("D10", CultureInfo.InvariantCulture) + Extension);

    /// <summary>The numbers of the files there are, lowest first; none when there is no such directory.</summary>
    public static List<long> List(string directory)
    {
        var numbers = new List<long>();
        try
        {
            foreach (var path in Directory.EnumerateFiles(directory, "*" + Extension))
            {
                var name = Path.GetFileNameWithoutExtension(path.AsSpan());
                if (long.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0)
                {
                    numbers.Add(number);
                }
            }
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }

        numbers.Sort();
        return numbers;
    }
}
