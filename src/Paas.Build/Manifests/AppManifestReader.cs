using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Paas.Build.Procfiles;

namespace Paas.Build.Manifests;

/// <summary>Reads <c>app.json</c>, and says of what is wrong in which line it stands.</summary>
public static partial class AppManifestReader
{
    private const int MostBytes = 256 * 1024;
    private const int MostInstances = 100;
    private const int MostCheckSeconds = 3600;

    private static readonly string[] CheckTypes = ["startup", "liveness", "readiness"];

    /// <summary>Reads the file.</summary>
    /// <exception cref="BuildException">The first thing that is wrong, with its line.</exception>
    public static AppManifest Read(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > MostBytes) throw new BuildException($"{AppManifest.FileName} has {utf8.Length} bytes; no more than {MostBytes} are read");
        if (utf8.StartsWith("\uFEFF"u8)) utf8 = utf8[3..];
        try
        {
            return Manifest(LocatedJson.Parse(utf8));
        }
        catch (JsonException error)
        {
            throw Wrong((int)(error.LineNumber ?? 0) + 1, $"it is not JSON: {Reason(error)}");
        }
    }

    private static AppManifest Manifest(LocatedJson document)
    {
        Require(document, JsonValueKind.Object, "the document");
        var scripts = Member(document, "scripts", JsonValueKind.Object);
        var dokku = scripts is null ? null : Member(scripts, "dokku", JsonValueKind.Object);
        return new AppManifest
        {
            Env = Entries(document, "env").ToDictionary(entry => entry.Key, entry => Variable(entry.Key, entry.Value)),
            Formation = Entries(document, "formation").Where(entry => Quantity(entry.Key, entry.Value) is not null)
                .ToDictionary(entry => entry.Key, entry => Quantity(entry.Key, entry.Value)!.Value),
            Predeploy = dokku is null ? null : Text(dokku, "predeploy"),
            Postdeploy = dokku is null ? null : Text(dokku, "postdeploy"),
            FirstDeploy = scripts is null ? null : Text(scripts, "postdeploy"),
            Cron = [.. Items(document, "cron").Select(CronTask)],
            Buildpacks = [.. Items(document, "buildpacks").Select(BuildpackOf)],
            HealthChecks = Entries(document, "healthchecks").ToDictionary(
                entry => ProcessTypeOf(entry.Key, entry.Value),
                entry => (IReadOnlyList<ManifestHealthCheck>)[.. ItemsOf(entry.Value, $"healthchecks.{entry.Key}").Select(HealthCheck)]),
        };
    }

    private static ManifestVariable Variable(string name, LocatedJson value)
    {
        if (!VariableName().IsMatch(name)) throw Wrong(value.Line, $"'{name}' in env is not the name of a config var: letters, digits and underscores, no digit first");
        if (value.Kind == JsonValueKind.String) return new ManifestVariable(value.Line, null, value.Text, true, false);
        Require(value, JsonValueKind.Object, $"env.{name}", "a text or an object");
        var generator = Text(value, "generator");
        if (generator is not (null or "secret")) throw Wrong(value.Line, $"env.{name}: there is a generator 'secret' and none '{generator}'");
        return new ManifestVariable(
            value.Line, Text(value, "description"), Text(value, "value"), Flag(value, "required") ?? true, generator is not null);
    }

    private static int? Quantity(string type, LocatedJson value)
    {
        ProcessTypeOf(type, value);
        Require(value, JsonValueKind.Object, $"formation.{type}");
        var quantity = Whole(value, "quantity");
        if (quantity > MostInstances) throw Wrong(value.Members!["quantity"].Line, $"formation.{type}.quantity is at most {MostInstances}");
        return quantity;
    }

    private static ManifestCronTask CronTask(LocatedJson task)
    {
        Require(task, JsonValueKind.Object, "an item of cron");
        var command = Text(task, "command");
        if (string.IsNullOrWhiteSpace(command)) throw Wrong(task.Line, "a cron task has no command");
        var schedule = Text(task, "schedule") ?? throw Wrong(task.Line, $"the cron task '{command}' has no schedule");
        try
        {
            return new ManifestCronTask(CronSchedule.Parse(schedule), command);
        }
        catch (FormatException error)
        {
            throw Wrong(task.Members!["schedule"].Line, error.Message);
        }
    }

    private static ManifestBuildpack BuildpackOf(LocatedJson item)
    {
        Require(item, JsonValueKind.Object, "an item of buildpacks");
        return new ManifestBuildpack(item.Line, Text(item, "url") is { Length: > 0 } url ? url : throw Wrong(item.Line, "a buildpack has no url"));
    }

    private static ManifestHealthCheck HealthCheck(LocatedJson check)
    {
        Require(check, JsonValueKind.Object, "a health check");
        var type = Text(check, "type") ?? "startup";
        if (!CheckTypes.Contains(type)) throw Wrong(check.Members!["type"].Line, $"'{type}' is no type of health check: {string.Join(", ", CheckTypes)}");
        var path = Text(check, "path");
        if (path is not null && !path.StartsWith('/')) throw Wrong(check.Members!["path"].Line, $"the path '{path}' of a health check does not begin with /");
        var port = Whole(check, "port");
        if (port is < 1 or > 65535) throw Wrong(check.Members!["port"].Line, $"{port} is not a port");
        var command = Member(check, "command", JsonValueKind.Array)?.Items!.Select(word => Require(word, JsonValueKind.String, "a word of a health check's command").Text!).ToList();
        var (uptime, listening) = (Whole(check, "uptime"), Flag(check, "listening"));
        var kinds = (path is null ? 0 : 1) + (command is null ? 0 : 1) + (uptime is null ? 0 : 1) + (listening == true ? 1 : 0);
        if (kinds != 1) throw Wrong(check.Line, "a health check has exactly one of path, command, uptime and listening");
        if (uptime is not null && type != "startup") throw Wrong(check.Line, $"uptime is for startup checks, not for {type} checks");
        if ((long)(Whole(check, "attempts") ?? 1) * (Whole(check, "wait") ?? 1) + (Whole(check, "initialDelay") ?? 0) + (uptime ?? 0) > MostCheckSeconds)
            throw Wrong(check.Line, $"a health check may take {MostCheckSeconds} s at most: initialDelay, and attempts times wait");
        return new ManifestHealthCheck
        {
            Type = type,
            Name = Text(check, "name"),
            Path = path,
            Command = command,
            Uptime = uptime,
            Listening = listening,
            Port = port,
            Content = Text(check, "content"),
            Headers = Items(check, "httpHeaders") is { Count: > 0 } headers ? headers.Select(Header).ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.OrdinalIgnoreCase) : null,
            Warn = Flag(check, "warn") ?? false,
            Attempts = Whole(check, "attempts"),
            Timeout = Whole(check, "timeout"),
            Wait = Whole(check, "wait"),
            InitialDelay = Whole(check, "initialDelay"),
        };
    }

    private static KeyValuePair<string, string> Header(LocatedJson header)
    {
        Require(header, JsonValueKind.Object, "an item of httpHeaders");
        return Text(header, "name") is { Length: > 0 } name && Text(header, "value") is { } value && HeaderName().IsMatch(name) && !value.AsSpan().ContainsAny("\r\n\0")
            ? new(name, value)
            : throw Wrong(header.Line, "an item of httpHeaders has a name, of letters, digits and dashes, and a value");
    }

    private static string ProcessTypeOf(string type, LocatedJson value) =>
        Procfile.IsProcessType(type) ? type : throw Wrong(value.Line, $"'{type}' is not a process type: 1 to 63 letters, digits, dashes and underscores");

    private static IEnumerable<KeyValuePair<string, LocatedJson>> Entries(LocatedJson document, string name) =>
        Member(document, name, JsonValueKind.Object)?.Members ?? Enumerable.Empty<KeyValuePair<string, LocatedJson>>();

    private static IReadOnlyList<LocatedJson> Items(LocatedJson document, string name) => Member(document, name, JsonValueKind.Array)?.Items ?? [];

    private static IReadOnlyList<LocatedJson> ItemsOf(LocatedJson value, string what) => Require(value, JsonValueKind.Array, what).Items!;

    private static string? Text(LocatedJson owner, string name) => Member(owner, name, JsonValueKind.String)?.Text;

    private static bool? Flag(LocatedJson owner, string name) => Find(owner, name) switch
    {
        null => null,
        { Kind: JsonValueKind.True } => true,
        { Kind: JsonValueKind.False } => false,
        var other => throw Wrong(other.Line, $"{name} is true or false"),
    };

    private static int? Whole(LocatedJson owner, string name) => Find(owner, name) switch
    {
        null => null,
        { Kind: JsonValueKind.Number } number when int.TryParse(number.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) => value,
        var other => throw Wrong(other.Line, $"{name} is a whole number from 0 up"),
    };

    private static LocatedJson? Member(LocatedJson owner, string name, JsonValueKind kind) =>
        Find(owner, name) is { } value ? Require(value, kind, name) : null;

    private static LocatedJson? Find(LocatedJson owner, string name) =>
        owner.Members!.GetValueOrDefault(name) is { Kind: not JsonValueKind.Null } value ? value : null;

    private static LocatedJson Require(LocatedJson value, JsonValueKind kind, string what, string? wanted = null) => value.Kind == kind
        ? value
        : throw Wrong(value.Line, $"{what} is {wanted ?? kind switch { JsonValueKind.Object => "an object", JsonValueKind.Array => "an array", _ => "a text" }}");

    private static string Reason(JsonException error)
    {
        var end = error.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return (end < 0 ? error.Message : error.Message[..end]).TrimEnd('.');
    }

    private static BuildException Wrong(int line, string reason) =>
        new($"{AppManifest.FileName} line {line}: {reason}", "Correct it, commit and push again.");

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_]*\\z")]
    private static partial Regex VariableName();

    [GeneratedRegex("^[A-Za-z0-9-]+\\z")]
    private static partial Regex HeaderName();
}
