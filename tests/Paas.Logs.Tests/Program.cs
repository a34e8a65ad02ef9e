using System.Globalization;
using System.Text;

namespace Paas.Logs.Tests;

/// <summary>As a program: writes numbered lines into a log as fast as it can, from a given number on, until it is killed.</summary>
public static class Program
{
    public static void Main(string[] args)
    {
        if (args is not ["write", var directory, var from]) return;
        using var log = new LogAppender(directory, new LogOptions { FileBytes = 50_000, Files = 10_000, LinesPerSecond = 0 });
        for (var number = int.Parse(from, CultureInfo.InvariantCulture); ; number++)
        {
            log.Append(LogStream.Stdout, Encoding.UTF8.GetBytes($"{number} {new string('x', number % 300)}"));
            if (number % 7 == 0) log.Flush();
        }
    }
}
