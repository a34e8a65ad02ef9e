using Paas.Runtime.Checkpoints;
using Xunit;

namespace Paas.Runtime.Tests.Checkpoints;

public sealed class CriuProgramTests
{
    [Fact]
    public void The_cause_is_the_first_error_that_criu_does_not_go_on_after()
    {
        var log = Path.GetTempFileName();
        try
        {
            File.WriteAllLines(
                log,
                [
                    "(00.000100) Version: 4.2",
                    "(00.004100) Error (criu/util.c:1534): rlimit: Can't setup RLIMIT_NOFILE for self: Operation not permitted",
                    "(00.009000) Error (criu/tun.c:85): tun: Unable to create tun: Operation not permitted",
                    "(00.130963) Error (criu/uffd.c:1306): uffd: Failed sending restore finished indication: Broken pipe",
                    "(00.130973) Error (criu/cr-restore.c:2304): Killing processes because of failure on restore.",
                ]);
            var message = CriuProgram.Failure("restore", 1, log, "").Message;
            Assert.StartsWith(
                "criu failed: type restore exit status 1: Error (criu/uffd.c:1306): uffd: Failed sending restore finished indication: Broken pipe\nlog file: ", message);
        }
        finally
        {
            File.Delete(log);
        }
    }
}
