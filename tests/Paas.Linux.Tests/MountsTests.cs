using Paas.Testing;
using Xunit;

namespace Paas.Linux.Tests;

/// <summary>Detached mounts: everything here works without attaching anything to the host's mount table.</summary>
public sealed class MountsTests
{
    private static readonly IdRange[] Range = [new IdRange(0, 500_000, 65_536)];

    [RootFact]
    public void A_user_namespace_made_for_its_map_maps_the_ids_of_a_mount()
    {
        using var directory = new TemporaryDirectory();
        File.WriteAllText(directory.Combine("file"), "");
        Files.ChangeOwner(directory.Combine("file"), 1000, 1000);
        using var users = UserNamespaces.Create(Range, Range);
        using var mount = Mounts.OpenTreeClone(directory.Path, recursive: false);
        Mounts.MapIds(mount, users);
        using var file = Files.OpenBelow(mount, "file", Native.O_PATH, Native.RESOLVE_BENEATH);
        Assert.Equal((501_000u, 501_000u), (Files.Status(file).Uid, Files.Status(file).Gid));
    }

    [RootFact]
    public void Attributes_hold_on_a_detached_mount()
    {
        using var directory = new TemporaryDirectory();
        using var mount = Mounts.OpenTreeClone(directory.Path, recursive: false);
        Mounts.SetAttributes(mount, Native.MOUNT_ATTR_RDONLY);
        var refused = Assert.Throws<LinuxException>(() => Files.OpenBelow(mount, "new", Native.O_WRONLY | Native.O_CREAT, Native.RESOLVE_BENEATH, 0x180));
        Assert.Equal(Errno.EROFS, refused.Errno);
    }

    [RootTheory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Overlays_are_writable_and_keep_ids(bool olderKernelsWay, bool mapped)
    {
        using var directory = new TemporaryDirectory();
        foreach (var name in (string[])["upper", "work", "top/etc", "base/etc"]) Directory.CreateDirectory(directory.Combine(name));
        File.WriteAllText(directory.Combine("base/etc/a"), "base");
        File.WriteAllText(directory.Combine("top/etc/a"), "top");
        File.WriteAllText(directory.Combine("base/etc/b"), "b");
        using var users = mapped ? UserNamespaces.Create(Range, Range) : null;
        string[] lower = [directory.Combine("top"), directory.Combine("base")];
        (uint, uint)? owner = mapped ? (500_000, 500_000) : null;
        using var layers = new OverlayLayers(lower, directory.Combine("upper"), directory.Combine("work"), users);
        using var overlay = olderKernelsWay
            ? OverlayWorkshop.Create(layers, owner)
            : OverlayMounts.Create(lower, directory.Combine("upper"), directory.Combine("work"), users, owner);

        using (var file = Files.OpenBelow(overlay, "etc/a", Native.O_RDONLY, Native.RESOLVE_BENEATH))
        using (var reader = new StreamReader(new FileStream(file, FileAccess.Read)))
        {
            Assert.Equal("top", reader.ReadToEnd());
            Assert.Equal(mapped ? 500_000u : 0u, Files.Status(file).Uid);
        }

        // Copied up, which is done by the overlay itself; we ourselves are outside of the mapping and could make nothing.
        using (Files.OpenBelow(overlay, "etc/b", Native.O_WRONLY, Native.RESOLVE_BENEATH))
        {
            Assert.Equal(0u, Files.Status(directory.Combine("upper/etc/b")).Uid);
        }
    }
}
