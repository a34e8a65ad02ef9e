using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;

namespace Paas.Contracts.Tests;

public sealed class ApiDocumentTests
{
    private static readonly DateTimeOffset At = new(2026, 7, 24, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void An_app_is_what_clients_have_been_written_for()
    {
        var app = new AppDocument("hello", AppStatus.Running, ["http://hello.localhost"], "http://paas.localhost/hello.git", null, 3, [new("web", 2)], At);
        const string Json =
            """{"name":"hello","status":"running","urls":["http://hello.localhost"],"gitUrl":"http://paas.localhost/hello.git","currentRelease":3,"formation":[{"type":"web","quantity":2}],"createdAt":"2026-07-24T12:00:00+00:00"}""";
        Assert.Equal(Json, JsonSerializer.Serialize(app, ApiJsonContext.Default.AppDocument));
        var read = JsonSerializer.Deserialize(Json, ApiJsonContext.Default.AppDocument)!;
        Assert.Equal(Json, JsonSerializer.Serialize(read, ApiJsonContext.Default.AppDocument));
    }

    [Fact]
    public void A_removed_config_var_is_null_on_the_wire_not_missing()
    {
        var change = new ConfigChange(new Dictionary<string, string?> { ["A"] = null, ["B"] = "" });
        var json = JsonSerializer.Serialize(change, ApiJsonContext.Default.ConfigChange);
        Assert.Equal("""{"vars":{"A":null,"B":""}}""", json);
        Assert.Equal(change.Vars, JsonSerializer.Deserialize(json, ApiJsonContext.Default.ConfigChange)!.Vars);
    }

    [Fact]
    public void The_end_of_a_build_has_no_line_and_a_line_has_no_end()
    {
        Assert.Equal("""{"line":"-----> Building"}""", JsonSerializer.Serialize(new BuildEvent("-----> Building"), ApiJsonContext.Default.BuildEvent).Replace("\\u003E", ">", StringComparison.Ordinal));
        var end = new BuildEvent(null, new BuildResultDocument(2, BuildStatus.Failed, null, [], "no"));
        Assert.Equal("""{"result":{"build":2,"status":"failed","urls":[],"error":"no"}}""", JsonSerializer.Serialize(end, ApiJsonContext.Default.BuildEvent));
    }

    [Theory]
    [InlineData("""{"name":"x","status":3}""")]
    [InlineData("""{"name":"x","status":"no-such"}""")]
    public void A_status_is_a_known_word(string json) => Assert.Throws<JsonException>(() => JsonSerializer.Deserialize(json, ApiJsonContext.Default.AppDocument));

    [Fact]
    public void What_a_newer_version_adds_is_passed_over() =>
        Assert.Equal("x", JsonSerializer.Deserialize("""{"name":"x","later":{"a":[1]}}""", ApiJsonContext.Default.IdentityDocument)!.Name);

    [Fact]
    public void Every_document_of_the_api_can_be_written_without_reflection()
    {
        var operations = typeof(IPlatform).GetMethods();
        var documents = operations.SelectMany(method => method.GetParameters().Select(parameter => parameter.ParameterType).Append(method.ReturnType)).SelectMany(Unwrap)
            .Where(type => type.Namespace == typeof(IPlatform).Namespace && type != typeof(LogQuery) && type != typeof(BuildSource) && type != typeof(ExecStreams));
        Assert.All(documents, type => Assert.NotNull(ApiJsonContext.Default.GetTypeInfo(type)));
    }

    [Fact]
    public void Every_enum_crosses_as_words()
    {
        var enums = typeof(IPlatform).Assembly.GetTypes().Where(type => type.IsEnum && type.Namespace == typeof(IPlatform).Namespace).ToList();
        var converted = ApiJsonContext.Default.Options.Converters.Select(converter => converter.GetType().GetGenericArguments()[0]);
        Assert.Equal(enums.OrderBy(type => type.Name), converted.OrderBy(type => type.Name));
        Assert.Equal("\"superseded\"", JsonSerializer.Serialize(DeploymentStatus.Superseded, ApiJsonContext.Default.Options));
    }

    public static TheoryData<ErrorCode> Codes => [.. Enum.GetValues<ErrorCode>()];

    [Theory]
    [MemberData(nameof(Codes))]
    public void A_failure_keeps_its_kind_across_the_wire(ErrorCode code)
    {
        Assert.Equal(code, ErrorCodes.FromWire(ErrorCodes.ToWire(code)));
        Assert.Matches("^[a-z]+(-[a-z]+)*$", ErrorCodes.ToWire(code));
        Assert.InRange(ErrorCodes.HttpStatus(code), 400, 599);
        Assert.Equal(code == ErrorCode.AppNotFound ? 20 : 1, ErrorCodes.ExitCode(code));
    }

    [Fact]
    public void A_kind_of_failure_that_is_not_known_yet_is_internal()
    {
        Assert.Equal(ErrorCode.Internal, ErrorCodes.FromWire("quota-exceeded"));
        Assert.Equal(ErrorCode.Internal, ErrorCodes.FromWire(null));
        Assert.Equal("app-not-found", ErrorCodes.ToWire(ErrorCode.AppNotFound));
    }

    [Fact]
    public void Nulls_are_left_out() =>
        Assert.Equal(JsonIgnoreCondition.WhenWritingNull, ApiJsonContext.Default.Options.DefaultIgnoreCondition);

    private static IEnumerable<Type> Unwrap(Type type) =>
        type.IsGenericType && type.Namespace != typeof(IPlatform).Namespace && type.GetGenericTypeDefinition() != typeof(IReadOnlyList<>)
            ? type.GetGenericArguments().SelectMany(Unwrap)
            : [Nullable.GetUnderlyingType(type) ?? type, .. type.IsGenericType ? type.GetGenericArguments().SelectMany(Unwrap) : []];
}
