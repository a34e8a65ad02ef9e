namespace Paas.Runtime.CommandLine;

/// <summary><c>--help</c></summary>
internal static class HelpText
{
    public const string Text = """
        paas-runtime: runs OCI containers

        usage: paas-runtime [--root DIR] [--log FILE] [--log-format text|json] VERB ...

        verbs:
          create    make a container: create [--bundle DIR] [--pid-file FILE] ID
          start     start the process of a created container: start ID
          run       create, start, wait, delete: run [--bundle DIR] [--detach] [--pid-file FILE] [--sandbox FILE] ID
          exec      run a further process: exec [--cwd DIR] [--env K=V] [--user UID[:GID]] [--detach] ID COMMAND ...
          state     print a container's state as JSON: state ID
          list      list containers: list [--format table|json] [--quiet]
          ps        list the processes of a container: ps [--format table|json] ID
          kill      send a signal: kill [--all] ID [SIGNAL]
          delete    remove a stopped container: delete [--force] ID
          spec      write a config.json to start from: spec [--bundle DIR]
          features  print what this runtime can do as JSON
          supervise keep a container running: supervise --bundle DIR [--detach]

        """;
}

/// <summary><c>--version</c></summary>
internal static class VersionText
{
    public static string Text => $"paas-runtime version {typeof(VersionText).Assembly.GetName().Version?.ToString(3)}\nspec: {Verbs.SpecVerb.OciVersion}\n";
}
