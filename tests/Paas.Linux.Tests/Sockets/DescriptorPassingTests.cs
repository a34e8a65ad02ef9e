using Microsoft.Win32.SafeHandles;
using Paas.Linux.Events;
using Paas.Linux.Launching;
using Paas.Linux.Sockets;
using Xunit;
using static Paas.Linux.Native;

namespace Paas.Linux.Tests.Sockets;

public sealed class DescriptorPassingTests
{
    [Fact]
    public void Bytes_and_descriptors_arrive_together_and_the_descriptors_are_the_same_files()
    {
        var (one, other) = UnixSocket.Pair();
        using (one)
        using (other)
        {
            using var first = Files.OpenAnonymous("first");
            using var second = Files.OpenAnonymous("second");
            RandomAccess.Write(second, "content"u8, 0);
            DescriptorPassing.Send(one, "name"u8, Number(first), Number(second));
            Span<byte> bytes = stackalloc byte[16];
            var (count, descriptors) = DescriptorPassing.Receive(other, bytes);
            Assert.Equal("name"u8, bytes[..count]);
            Assert.Equal(2, descriptors.Count);
            Assert.Equal(Files.Status(first).Inode, Files.Status(descriptors[0]).Inode);
            var content = new byte[16];
            Assert.Equal("content"u8, content.AsSpan(0, RandomAccess.Read(descriptors[1], content, 0)));
            // They close on exec, whatever the sender's do.
            Assert.All(descriptors, descriptor => Assert.False(Descriptors.IsInherited(Number(descriptor))));
            foreach (var descriptor in descriptors) descriptor.Dispose();
        }
    }

    [Fact]
    public void Bytes_alone_the_end_and_nothing_yet_are_told_apart()
    {
        var (one, other) = UnixSocket.Pair();
        using (other)
        {
            var buffer = new byte[16];
            using (one)
            {
                Descriptors.SetNonBlocking(other);
                Assert.Equal(-1, DescriptorPassing.Receive(other, buffer).Bytes);
                DescriptorPassing.Send(one, "x"u8);
                var (count, descriptors) = DescriptorPassing.Receive(other, buffer);
                Assert.Equal(1, count);
                Assert.Empty(descriptors);
            }

            Assert.Equal(0, DescriptorPassing.Receive(other, buffer).Bytes);
        }
    }

    [Fact]
    public void To_nobody_is_an_error_and_no_signal()
    {
        var (one, other) = UnixSocket.Pair();
        using (one)
        {
            other.Dispose();
            Assert.Equal(Errno.EPIPE, Assert.Throws<LinuxException>(() => DescriptorPassing.Send(one, "x"u8)).Errno);
        }
    }

    [Fact]
    public void A_forked_child_sends_what_it_opened()
    {
        var (one, other) = UnixSocket.Pair();
        using (one)
        using (other)
        {
            var (program, status) = (new LaunchProgram(), new Pipe());
            var file = program.NewRegister();
            program.Add("open", "/", SYS_openat, AT_FDCWD, program.Text("/"), O_PATH | O_DIRECTORY | O_CLOEXEC).Into(file);
            DescriptorPassing.AddSend(program, "send", one.DangerousGetHandle(), "root", file);
            program.Add("exit", null, SYS_exit_group, 0);
            using var child = Launcher.Launch(program, status, 0);
            child.WaitForExec();
            Span<byte> bytes = stackalloc byte[16];
            var (count, descriptors) = DescriptorPassing.Receive(other, bytes);
            Assert.Equal("root"u8, bytes[..count]);
            using var received = Assert.Single(descriptors);
            Assert.Equal(Files.Status("/").Inode, Files.Status(received).Inode);
            Assert.Equal(0, Processes.Reap(child.Handle)!.Value.ExitCode);
        }
    }

    private static int Number(SafeFileHandle handle) => (int)handle.DangerousGetHandle();
}
