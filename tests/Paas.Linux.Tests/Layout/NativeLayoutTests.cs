using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Xunit;

namespace Paas.Linux.Tests.Layout;

/// <summary>
/// Turns every constant and structure of <see cref="Native"/> and <see cref="Errno"/> into a C program of
/// <c>_Static_assert</c>s and compiles it: the C compiler, not a reader, says whether a declaration is right.
/// </summary>
public sealed class NativeLayoutTests
{
    // Two programs, since the C library's own sys/mount.h and the kernel's linux/mount.h do not go together.
    private static readonly string[] UnmountConstants = ["MNT_FORCE", "MNT_DETACH", "UMOUNT_NOFOLLOW"];

    private const string Headers = """
        #define _GNU_SOURCE
        #include <errno.h>
        #include <fcntl.h>
        #include <net/if.h>
        #include <poll.h>
        #include <signal.h>
        #include <stddef.h>
        #include <sched.h>
        #include <spawn.h>
        #include <termios.h>
        #include <sys/eventfd.h>
        #include <sys/file.h>
        #include <sys/inotify.h>
        #include <sys/ioctl.h>
        #include <sys/mman.h>
        #include <sys/personality.h>
        #include <sys/prctl.h>
        #include <sys/resource.h>
        #include <sys/socket.h>
        #include <sys/stat.h>
        #include <sys/statfs.h>
        #include <sys/statvfs.h>
        #include <sys/syscall.h>
        #include <sys/un.h>
        #include <sys/wait.h>
        #include <sys/xattr.h>
        #include <linux/audit.h>
        #include <linux/bpf.h>
        #include <linux/capability.h>
        #include <linux/close_range.h>
        #include <linux/fs.h>
        #include <linux/filter.h>
        #include <linux/ioprio.h>
        #include <linux/keyctl.h>
        #include <linux/magic.h>
        #include <linux/nsfs.h>
        #include <linux/openat2.h>
        #include <linux/sched.h>
        #include <linux/seccomp.h>
        #define sched_param sched_param_of_the_kernel
        #include <linux/sched/types.h>
        #undef sched_param

        """;

    [Fact]
    public void Every_constant_has_the_value_of_the_C_headers()
    {
        var constants = Constants().ToList();
        Assert.True(constants.Count > 250, $"only {constants.Count} constants found");
        var kernel = constants.Where(constant => !UnmountConstants.Contains(constant.Name));
        CompilerCheck.Accept(Headers + "#include <linux/mount.h>\n" + string.Concat(kernel.Select(Assertion)));
        var library = constants.Where(constant => UnmountConstants.Contains(constant.Name));
        CompilerCheck.Accept("#include <sys/mount.h>\n" + string.Concat(library.Select(Assertion)));
    }

    [Fact]
    public void Every_structure_has_the_layout_of_the_C_headers()
    {
        var program = new StringBuilder(Headers).Append("#include <linux/mount.h>\n");
        var structures = typeof(Native).GetNestedTypes().Where(type => type is { IsValueType: true, IsEnum: false }).ToList();
        Assert.True(structures.Count >= 12, $"only {structures.Count} structures found");
        foreach (var structure in structures) Describe(program, structure);
        CompilerCheck.Accept(program.ToString());
    }

    [Fact]
    public void A_wrong_constant_would_be_noticed() =>
        Assert.Throws<Xunit.Sdk.XunitException>(() => CompilerCheck.Accept(Headers + "_Static_assert(O_CLOEXEC == 1, \"O_CLOEXEC\");\n"));

    private static IEnumerable<FieldInfo> Constants() => typeof(Native).GetFields(BindingFlags.Public | BindingFlags.Static)
        .Concat(typeof(Errno).GetFields(BindingFlags.Public | BindingFlags.Static)).Where(field => field.IsLiteral);

    private static string Assertion(FieldInfo constant)
    {
        var value = Convert.ToInt64(constant.GetRawConstantValue(), CultureInfo.InvariantCulture);
        // Where C's is a negative int, e.g. an enum with the highest bit, only the bits count.
        return $"_Static_assert((unsigned)({constant.Name}) == (unsigned){value}LL && (unsigned long long)({constant.Name}) >> 32 == ((unsigned long long){value}LL >> 32) || ({constant.Name}) == {value}LL, \"{constant.Name}\");\n";
    }

    private static void Describe(StringBuilder program, Type structure)
    {
        // siginfo_t and rlimit64 are not tags, or not under that name.
        var name = structure.Name is "siginfo_t" ? "siginfo_t" : $"struct {structure.Name}";
        program.Append($"_Static_assert(sizeof({name}) == {SizeOf(structure)}, \"size of {name}\");\n");
        foreach (var field in structure.GetFields(BindingFlags.Public | BindingFlags.Instance))
        {
            program.Append($"_Static_assert(offsetof({name}, {field.Name}) == {Marshal.OffsetOf(structure, field.Name)}, \"{name}.{field.Name}\");\n");
            program.Append($"_Static_assert(sizeof((({name}*)0)->{field.Name}) == {SizeOf(field.FieldType)}, \"size of {name}.{field.Name}\");\n");
        }
    }

    private static int SizeOf(Type type) =>
        (int)typeof(Unsafe).GetMethod(nameof(Unsafe.SizeOf))!.MakeGenericMethod(type).Invoke(null, null)!;
}
