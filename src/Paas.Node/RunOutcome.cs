namespace Paas.Node;

/// <summary>How an attached container went.</summary>
/// <param name="Status">The exit status; 128 + n after signal n.</param>
/// <param name="Ran">From when its process was about to begin until all of its output had been read.</param>
public readonly record struct RunOutcome(int Status, TimeSpan Ran);
