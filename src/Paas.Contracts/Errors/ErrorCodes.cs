using System.Text;

namespace Paas.Contracts.Errors;

/// <summary>The one table from a kind of failure to its wire name, HTTP status and exit code.</summary>
public static class ErrorCodes
{
    /// <summary>Exit code for a failure that has no code of its own.</summary>
    public const int ExitFailure = 1;

    /// <summary>Exit code for a command line that cannot be understood.</summary>
    public const int ExitUsage = 2;

    /// <summary>Exit code for an app that does not exist.</summary>
    public const int ExitAppNotFound = 20;

    /// <summary>The kebab-case name used in problem+json (<c>code</c>).</summary>
    public static string ToWire(ErrorCode code)
    {
        var name = code.ToString();
        var wire = new StringBuilder(name.Length + 4);
        for (var i = 0; i < name.Length; i++)
        {
            if (i > 0 && char.IsUpper(name[i])) wire.Append('-');
            wire.Append(char.ToLowerInvariant(name[i]));
        }

        return wire.ToString();
    }

    /// <summary>The kind of failure behind a wire name; <see cref="ErrorCode.Internal"/> for one this version does not know.</summary>
    public static ErrorCode FromWire(string? wire)
    {
        foreach (var code in Enum.GetValues<ErrorCode>())
        {
            if (ToWire(code) == wire) return code;
        }

        return ErrorCode.Internal;
    }

    /// <summary>The HTTP status of a failure (RFC 9110).</summary>
    public static int HttpStatus(ErrorCode code) => code switch
    {
        ErrorCode.InvalidRequest => 400,
        ErrorCode.Unauthenticated => 401,
        ErrorCode.Forbidden => 403,
        ErrorCode.AppNotFound or ErrorCode.NotFound => 404,
        ErrorCode.Conflict => 409,
        ErrorCode.TooLarge => 413,
        ErrorCode.BuildFailed or ErrorCode.DeploymentFailed => 422,
        ErrorCode.Unavailable => 503,
        ErrorCode.InsufficientStorage => 507,
        _ => 500,
    };

    /// <summary>The exit code of the CLI for a failure.</summary>
    public static int ExitCode(ErrorCode code) => code == ErrorCode.AppNotFound ? ExitAppNotFound : ExitFailure;
}
