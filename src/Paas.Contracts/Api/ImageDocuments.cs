namespace Paas.Contracts.Api;

/// <summary><c>POST /v1/cleanup</c>.</summary>
/// <param name="DryRun">Only finds out.</param>
public sealed record CleanupRequest(bool DryRun = false);

/// <summary>What a cleanup removed, or would.</summary>
/// <param name="DryRun">True where nothing was removed.</param>
/// <param name="Items">By kind; kinds without anything are left out.</param>
/// <param name="Bytes">Of all.</param>
/// <param name="FreeBytes">Free on the disk now.</param>
/// <param name="ReserveBytes">Of the disk, kept free for the apps.</param>
/// <param name="Note">Why something was left for another time, or null.</param>
public sealed record CleanupDocument(bool DryRun, IReadOnlyList<CleanupItem> Items, long Bytes, long FreeBytes, long ReserveBytes, string? Note = null);

/// <summary>Things of one kind.</summary>
/// <param name="Kind"><c>blobs</c>, <c>unpacked layers</c>, <c>uploads</c>, <c>build caches</c>.</param>
/// <param name="Count">How many.</param>
/// <param name="Bytes">Their size.</param>
public sealed record CleanupItem(string Kind, int Count, long Bytes);
