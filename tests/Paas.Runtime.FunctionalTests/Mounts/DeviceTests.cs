using System.Text.Json.Nodes;
using Paas.Testing;
using Xunit;

namespace Paas.Runtime.FunctionalTests.Mounts;

/// <summary>Device nodes (runtime-spec config-linux.md, Devices and Default Devices).</summary>
public sealed class DeviceTests
{
    [RootFact]
    public void Every_type_has_its_number_mode_and_owner()
    {
        using var container = new TestContainer().Script("stat -c '%F %a %u:%g %t:%T' /dev/c /dev/u /sub/dir/b /dev/p /dev/plain");
        container.Linux["devices"] = new JsonArray(
            Device("/dev/c", "c", 10, 229, 0x1B0 /* 0660 */, 10, 11),
            Device("/dev/u", "u", 1, 3, 0x100 /* 0400 */),
            Device("/sub/dir/b", "b", 8, 666, 0x6F /* 0157 */),
            Device("/dev/p", "p", 0, 0, 0x1C0 /* 0700 */, 5),
            Device("/dev/plain", "c", 1, 5));
        Assert.Equal(
            """
            character special file 660 10:11 a:e5
            character special file 400 0:0 1:3
            block special file 157 0:0 8:29a
            fifo 700 5:0 0:0
            character special file 666 0:0 1:5

            """, container.Run().ShouldSucceed().Output);
    }

    [OwnRootFact]
    public void In_a_user_namespace_they_are_made_for_it_with_the_same()
    {
        using var container = new TestContainer().WithUserNamespace().Script(
            "stat -c '%F %a %u:%g %t:%T' /dev/c /sub/dir/b /dev/p /dev/null; head -c 3 /dev/zero | wc -c; echo x > /dev/null && echo ok");
        RuntimeUnderTest.Execute("/bin/chown", "-R", "300000:300000", container.Rootfs).ShouldSucceed();
        container.Linux["devices"] = new JsonArray(
            Device("/dev/c", "c", 1, 5, 0x1B0, 10, 11), Device("/sub/dir/b", "b", 8, 666, 0x180), Device("/dev/p", "p", 0, 0, 0x1C0));
        Assert.Equal(
            """
            character special file 660 10:11 1:5
            block special file 600 0:0 8:29a
            fifo 700 0:0 0:0
            character special file 666 0:0 1:3
            3
            ok

            """, container.Run().ShouldSucceed().Output);
    }

    [RootFact]
    public void Default_devices_and_links_are_there_and_configuring_them_again_changes_little()
    {
        using var container = new TestContainer().Script(
            "for d in null zero full random urandom tty; do stat -c '%a %t:%T' /dev/$d; done; for l in fd stdin stdout stderr ptmx; do readlink /dev/$l; done; stat -L -c '%F %t:%T' /dev/ptmx");
        container.Linux["devices"] = new JsonArray(Device("/dev/tty", "c", 5, 0), Device("/dev/ptmx", "c", 5, 2));
        Assert.Equal(
            """
            666 1:3
            666 1:5
            666 1:7
            666 1:8
            666 1:9
            666 5:0
            /proc/self/fd
            /proc/self/fd/0
            /proc/self/fd/1
            /proc/self/fd/2
            pts/ptmx
            character special file 5:2

            """, container.Run().ShouldSucceed().Output);
    }

    [RootFact]
    public void What_the_image_has_already_stays()
    {
        using var container = new TestContainer().Script("ls -d /mnt; stat -c %F /mnt");
        Directory.CreateDirectory(Path.Combine(container.Rootfs, "mnt"));
        container.Linux["devices"] = new JsonArray(Device("/mnt/", "b", 10, 229));
        Assert.Equal("/mnt\ndirectory\n", container.Run().ShouldSucceed().Output);
    }

    [RootFact]
    public void A_type_there_is_not_is_an_error()
    {
        using var container = new TestContainer();
        container.Linux["devices"] = new JsonArray(Device("/dev/x", "q", 1, 3));
        Assert.NotEqual(0, container.Run().ExitCode);
    }

    private static JsonObject Device(string path, string type, int major, int minor, int? mode = null, int? uid = null, int? gid = null)
    {
        var device = new JsonObject { ["path"] = path, ["type"] = type, ["major"] = major, ["minor"] = minor };
        if (mode is not null) device["fileMode"] = mode;
        if (uid is not null) device["uid"] = uid;
        if (gid is not null) device["gid"] = gid;
        return device;
    }
}
