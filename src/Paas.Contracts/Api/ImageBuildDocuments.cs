namespace Paas.Contracts.Api;

/// <summary>How a Dockerfile is built that was sent with its context, for no app.</summary>
/// <param name="Tags">References that name the image afterwards.</param>
/// <param name="Dockerfile">Path within the context; null is <c>Dockerfile</c>.</param>
/// <param name="Target">Stage; null is the last.</param>
/// <param name="Platform"><c>os/architecture</c>; null is the server's.</param>
/// <param name="BuildArgs">Values for <c>ARG</c>.</param>
/// <param name="Labels">Added to the image's.</param>
/// <param name="Secrets">Content by id, in base64.</param>
/// <param name="NoCache">True does every step anew.</param>
/// <param name="Pull">True asks the registries for newer base images.</param>
/// <param name="Agents">Ids that the client has an agent with SSH keys for; it is asked by <see cref="AgentMessage"/>.</param>
/// <param name="Allow">What the Dockerfile may use that is allowed to none otherwise: <c>network.host</c>.</param>
public sealed record ImageBuildRequest(
    IReadOnlyList<string> Tags,
    string? Dockerfile = null,
    string? Target = null,
    string? Platform = null,
    IReadOnlyDictionary<string, string>? BuildArgs = null,
    IReadOnlyDictionary<string, string>? Labels = null,
    IReadOnlyDictionary<string, string>? Secrets = null,
    bool NoCache = false,
    bool Pull = false,
    IReadOnlyList<string>? Agents = null,
    IReadOnlyList<string>? Allow = null);

/// <summary>A line of such a build's output, or its end.</summary>
/// <param name="Line">One line, without a newline.</param>
/// <param name="Image">At the end: the digest of the image's manifest.</param>
/// <param name="Agent">Something for one of the client's agents.</param>
public sealed record ImageBuildEvent(string? Line, string? Image = null, AgentMessage? Agent = null);

/// <summary>
/// What a program of a build says to an agent of the client's. The client passes it on and answers with <see cref="AgentAnswer"/>; of one
/// conversation there is one message at a time.
/// </summary>
/// <param name="Build">The build, for the answer's path; nobody else can guess it.</param>
/// <param name="Agent">Which of the client's agents.</param>
/// <param name="Conversation">Which connection to that agent: messages of one go through one.</param>
/// <param name="Message">A request without its length, in base64; null ends the conversation and is not answered.</param>
public sealed record AgentMessage(string Build, string Agent, int Conversation, string? Message);

/// <summary>What a client's agent answered.</summary>
/// <param name="Conversation">That of the request.</param>
/// <param name="Message">The answer without its length, in base64; null where the agent is gone.</param>
public sealed record AgentAnswer(int Conversation, string? Message);
