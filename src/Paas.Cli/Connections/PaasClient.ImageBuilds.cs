using System.Net.Http.Headers;
using System.Text.Json;
using Paas.Contracts.Api;
using Paas.Contracts.Errors;

namespace Paas.Cli.Connections;

/// <content>Builds of Dockerfiles that are no app's.</content>
internal sealed partial class PaasClient
{
    public IAsyncEnumerable<ImageBuildEvent> BuildImageAsync(ImageBuildRequest request, Stream context, CancellationToken ct)
    {
        // Kestrel takes 32 KiB of headers in all.
        const int MostCharacters = 24 * 1024;
        var header = Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(request, Json.ImageBuildRequest));
        if (header.Length > MostCharacters) throw new PaasException(ErrorCode.TooLarge, "the secrets, labels and build arguments are too large together", "Together they may have 18 kB.");
        var content = new StreamContent(context, 128 * 1024);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-tar");
        return StreamAsync(
            () =>
            {
                var message = new HttpRequestMessage(HttpMethod.Post, "/v1/image-builds") { Content = content };
                message.Headers.Add("Paas-Image-Build", header);
                return message;
            },
            Json.ImageBuildEvent,
            ct);
    }

    public async Task AnswerAgentAsync(string build, AgentAnswer answer, CancellationToken ct)
    {
        using var request = With(HttpMethod.Post, $"/v1/image-builds/{build}/agent", answer, Json.AgentAnswer);
        using var response = await AskAsync(request, ct);
    }
}
