namespace Paas.Contracts.Supervision;

/// <summary>
/// Versions of the language that a supervisor's socket speaks. A supervisor lives as long as its container, so it meets programs that
/// are older and newer than itself. Four rules keep all of them talking:
/// a supervisor says in its state which version it speaks, and a client asks it for nothing later;
/// whoever meets a field it does not know passes over it;
/// something new gets a new field with a default, or a new operation, which an earlier supervisor refuses by name; it is never a
/// further meaning of an old one, nor a further member of an old enum;
/// what a version says stays as it is for good.
/// </summary>
public static class SupervisorProtocol
{
    /// <summary><c>state</c>, <c>watch</c>, <c>stop</c>, <c>restart</c>, <c>signal</c>. Its supervisors do not tell their version.</summary>
    public const int First = 1;

    /// <summary>
    /// Adds <c>exec</c>, <c>resizeExec</c> and <c>signalExec</c>; in the state the versions, the failures in a row and the next start;
    /// in an exit the memory.
    /// </summary>
    public const int Execs = 2;

    /// <summary>What this program speaks.</summary>
    public const int Current = Execs;

    /// <summary>The version that brought an operation.</summary>
    public static int Since(string operation) => operation is "exec" or "resizeExec" or "signalExec" ? Execs : First;
}
