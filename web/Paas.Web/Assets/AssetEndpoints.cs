using System.Collections.Frozen;
using System.IO.Compression;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Paas.Web.Assets;

/// <summary>The dashboard's style sheet and modules, from the assembly, compressed once and cached by their content.</summary>
internal static class AssetEndpoints
{
    private const string Prefix = "assets/";

    private static readonly FrozenDictionary<string, Asset> Assets = Load();

    /// <summary>The address of an asset; it changes with its content, so browsers may keep it for good.</summary>
    public static string Url(string path) => $"assets/{path}?v={Assets[path].Version}";

    public static void MapAssets(this IEndpointRouteBuilder site) =>
        site.MapGet("/assets/{**path}", (string path, HttpContext context) =>
        {
            if (!Assets.TryGetValue(path, out var asset)) return Results.NotFound();
            var headers = context.Response.Headers;
            // A module imports its siblings without a version, so only a versioned address is kept for good.
            headers.CacheControl = context.Request.Query.ContainsKey("v") ? "public, max-age=31536000, immutable" : "no-cache";
            headers.ETag = $"\"{asset.Version}\"";
            headers.Vary = "Accept-Encoding";
            headers.XContentTypeOptions = "nosniff";
            if (context.Request.Headers.IfNoneMatch == $"\"{asset.Version}\"") return Results.StatusCode(StatusCodes.Status304NotModified);
            var brotli = context.Request.Headers.AcceptEncoding.ToString().Contains("br", StringComparison.Ordinal);
            if (brotli) headers.ContentEncoding = "br";
            return Results.Bytes(brotli ? asset.Brotli : asset.Plain, asset.ContentType);
        }).AllowAnonymous();

    private static FrozenDictionary<string, Asset> Load()
    {
        var assembly = typeof(AssetEndpoints).Assembly;
        return assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
            .ToFrozenDictionary(name => name[Prefix.Length..], name =>
            {
                using var stream = assembly.GetManifestResourceStream(name)!;
                var plain = new byte[stream.Length];
                stream.ReadExactly(plain);
                return new Asset(plain, Compress(plain), ContentType(name), Convert.ToHexStringLower(SHA256.HashData(plain))[..12]);
            });
    }

    private static byte[] Compress(byte[] plain)
    {
        using var compressed = new MemoryStream();
        using (var brotli = new BrotliStream(compressed, CompressionLevel.SmallestSize)) brotli.Write(plain);
        return compressed.ToArray();
    }

    private static string ContentType(string name) => Path.GetExtension(name) switch
    {
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => "application/octet-stream",
    };

    private sealed record Asset(byte[] Plain, byte[] Brotli, string ContentType, string Version);
}
