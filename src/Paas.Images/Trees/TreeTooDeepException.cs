using Paas.Images.Interop;

namespace Paas.Images.Trees;

/// <summary>Directories lie within each other further than any program's files do, so that whoever reads them all could run out of memory.</summary>
public sealed class TreeTooDeepException(string name)
    : IOException($"directories are nested more than {DirectoryHandle.MostLevels} levels deep; the one too many is called '{name}'");
