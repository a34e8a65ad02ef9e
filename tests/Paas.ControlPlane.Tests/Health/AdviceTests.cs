using Paas.Contracts.Supervision;
using Paas.ControlPlane.Health;

namespace Paas.ControlPlane.Tests.Health;

public sealed class AdviceTests
{
    [Theory]
    [InlineData(1, "Error: Cannot find module 'left-out'", "The package 'left-out' is not in the image.")]
    [InlineData(1, "ModuleNotFoundError: No module named 'flask'", "The package 'flask' is not in the image.")]
    [InlineData(1, "Error: missing variable DATABASE_URL", "The variable 'DATABASE_URL' is not set. Set it with: paas config:set DATABASE_URL=VALUE")]
    [InlineData(1, "KeyError: 'SECRET_KEY'", "The variable 'SECRET_KEY' is not set.")]
    [InlineData(1, "Error: EACCES: permission denied, open '/etc/state.json'", "'/etc/state.json' cannot be written")]
    [InlineData(1, "OSError: [Errno 30] Read-only file system: '/data'", "'/data' cannot be written")]
    [InlineData(1, "Error: getaddrinfo ENOTFOUND database.invalid", "The name 'database.invalid' cannot be resolved")]
    [InlineData(1, "SyntaxError: Unexpected token '='", "That is a syntax error")]
    [InlineData(1, "Error: listen EADDRINUSE: address already in use :::5000", "Its port is taken")]
    [InlineData(127, "bash: line 1: gunicornn: command not found", "There is no command 'gunicornn' in the image.")]
    [InlineData(126, "bash: line 1: ./start.sh: Permission denied", "'./start.sh' is not executable. Run: git update-index --chmod=+x ./start.sh")]
    [InlineData(127, "bash: line 1: ./start.sh: cannot execute: required file not found", "'./start.sh' begins with #!")]
    public void What_commonly_lies_behind_last_lines_is_said(int status, string line, string advice) =>
        Assert.StartsWith(advice, Advice.For(new ProcessExit(DateTimeOffset.UnixEpoch, status, null, false, 1), ["starting", line, "    at main"]), StringComparison.Ordinal);

    [Theory]
    [InlineData("listening on 5000")]
    [InlineData("bash: line 1: helper: command not found")]
    [InlineData("")]
    public void Nothing_is_said_where_nothing_is_known(string line) =>
        Assert.Null(Advice.For(new ProcessExit(DateTimeOffset.UnixEpoch, 1, null, false, 1), [line]));
}
