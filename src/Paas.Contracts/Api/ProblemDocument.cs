namespace Paas.Contracts.Api;

/// <summary>An error as the API answers it: <c>application/problem+json</c> (RFC 9457).</summary>
/// <param name="Title">What is wrong, in one sentence.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Code">The wire name of the <see cref="Errors.ErrorCode"/>.</param>
/// <param name="Hint">What to do next, where the title does not already say it.</param>
public sealed record ProblemDocument(string Title, int Status, string Code, string? Hint = null);

/// <summary>
/// The last line of a stream that failed after it had begun, when its status was on the wire already (NDJSON: <c>{"problem":{…}}</c>;
/// SSE: the same as an event named <c>problem</c>). No document of a stream has a <c>problem</c> of its own.
/// </summary>
public sealed record ProblemEvent(ProblemDocument Problem);
