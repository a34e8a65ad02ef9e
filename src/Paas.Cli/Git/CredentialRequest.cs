namespace Paas.Cli.Git;

/// <summary>What git asks a credential helper on its standard input: <c>key=value</c> lines (git-credential(1)).</summary>
internal sealed record CredentialRequest(string? Protocol, string? Host)
{
    /// <summary>The address git wants a password for, or null where this is not over HTTP.</summary>
    public Uri? Url => Protocol is "http" or "https" && Uri.TryCreate($"{Protocol}://{Host}", UriKind.Absolute, out var url) ? url : null;

    public static CredentialRequest Read(TextReader input)
    {
        string? protocol = null, host = null;
        while (input.ReadLine() is { Length: > 0 } line)
        {
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals < 0) continue;
            switch (line[..equals])
            {
                case "protocol": protocol = line[(equals + 1)..]; break;
                case "host": host = line[(equals + 1)..]; break;
            }
        }

        return new CredentialRequest(protocol, host);
    }
}
