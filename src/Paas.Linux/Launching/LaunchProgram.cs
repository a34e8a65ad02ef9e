using System.Text;

namespace Paas.Linux.Launching;

/// <summary>A value a child keeps between its system calls, such as a descriptor it opened.</summary>
public readonly record struct Register(int Number);

/// <summary>An argument of a system call: a number, or the register that will hold it.</summary>
public readonly record struct Argument(long Value, bool IsRegister)
{
    public static implicit operator Argument(long value) => new(value, false);

    public static implicit operator Argument(nint value) => new(value, false);

    public static implicit operator Argument(int value) => new(value, false);

    public static implicit operator Argument(Register register) => new(register.Number, true);
}

/// <summary>
/// The life of a forked child as a list of system calls, compiled by the parent into unmanaged memory: the child only walks
/// over it. Every failure that an operation does not tolerate ends the child and is reported with the operation's label.
/// </summary>
public sealed unsafe class LaunchProgram : IDisposable
{
    private const int BlockSize = 16 * 1024;

    // A container's with Docker's configuration has somewhat fewer.
    private const int UsualCount = 512;

    private readonly ProgramMemory _memory = new();
    private readonly List<(nint Address, int Size)> _blocks = [];
    private readonly List<(string Step, string? Path, bool IsExit)> _labels = new(UsualCount);
    private byte* _free;
    private int _left;
    private Operation* _operations;
    private int _capacity;
    private int _registers;

    /// <summary>How many operations there are: the number of the next one.</summary>
    public int Count { get; private set; }

    internal Operation* Operations => _operations;

    internal int RegisterCount => _registers;

    /// <summary>Where a child's own header and code can be.</summary>
    internal nint Base => _memory.Base;

    /// <summary>All memory in use, operations too.</summary>
    internal IReadOnlyList<(nint Address, int Used)> Blocks
    {
        get
        {
            List<(nint, int)> blocks = [.. _blocks, ((nint)_operations, Count * sizeof(Operation))];
            if (_blocks.Count > 0) blocks[_blocks.Count - 1] = (_blocks[^1].Address, _blocks[^1].Size - _left);
            return blocks;
        }
    }

    public Register NewRegister() => new(_registers++);

    /// <summary>Zeroed memory that lives as long as the program.</summary>
    public nint Memory(int bytes)
    {
        bytes = (bytes + 15) & ~15;
        if (bytes > _left)
        {
            _left = Math.Max(bytes, BlockSize);
            _free = _memory.Map(_left);
            _blocks.Add(((nint)_free, _left));
        }

        var memory = _free;
        _free += bytes;
        _left -= bytes;
        return (nint)memory;
    }

    /// <summary>The text as NUL-terminated UTF-8.</summary>
    public nint Text(string text)
    {
        if (text.Contains('\0')) throw new ArgumentException("text for the kernel cannot contain a NUL character", nameof(text));
        var length = Encoding.UTF8.GetByteCount(text);
        var memory = Memory(length + 1);
        Encoding.UTF8.GetBytes(text, new Span<byte>((void*)memory, length));
        return memory;
    }

    /// <summary>A NULL-terminated array of texts, as execve takes it.</summary>
    public nint Texts(IReadOnlyList<string> texts)
    {
        var array = (nint*)Memory((texts.Count + 1) * sizeof(nint));
        for (var i = 0; i < texts.Count; i++) array[i] = Text(texts[i]);
        return (nint)array;
    }

    /// <summary>A structure of the kernel's.</summary>
    public nint Structure<T>(in T value) where T : unmanaged
    {
        var memory = (T*)Memory(sizeof(T));
        *memory = value;
        return (nint)memory;
    }

    /// <summary>Adds a system call.</summary>
    /// <param name="step">What it is for, in the words of an error message: <c>mount proc</c>.</param>
    /// <param name="path">The object of the step.</param>
    /// <param name="number">Native.SYS_*.</param>
    /// <param name="arguments">At most six.</param>
    /// <returns>Further rules for the operation.</returns>
    public OperationRules Add(string step, string? path, int number, params ReadOnlySpan<Argument> arguments)
    {
        if (Count == _capacity) Grow();
        var operation = _operations + Count;
        *operation = default;
        operation->Call[0] = number;
        operation->ResultRegister = -1;
        operation->SuccessTarget = Count + 1;
        operation->ZeroTarget = -1;
        for (var i = 0; i < arguments.Length; i++)
        {
            operation->Call[i + 1] = arguments[i].Value;
            if (arguments[i].IsRegister) operation->RegisterArguments |= 1 << i;
        }

        _labels.Add((step, path, number == Operation.CheckExit));
        return new OperationRules(this, Count++);
    }

    /// <summary>Adds a comparison of 32 bits that an earlier call has filled in.</summary>
    /// <param name="step">What it is for.</param>
    /// <param name="path">The object of the step.</param>
    /// <param name="address">Where the bits are.</param>
    /// <param name="wanted">What they must be.</param>
    /// <param name="errno">The failure when they are not.</param>
    /// <param name="mask">Bits that count.</param>
    public OperationRules AddCompare(string step, string? path, nint address, uint wanted, int errno, uint mask = uint.MaxValue) =>
        Add(step, path, Operation.Compare, address, (long)mask, (long)(wanted & mask), errno);

    /// <summary>Keeps 32 bits of a register in memory, for a later call that takes a structure.</summary>
    public OperationRules AddStore(nint address, Register register) => Add("store", null, Operation.Store, address, register);

    /// <summary>Adds a look at the status wait4(2) has stored: any end but exit code 0 is a failure, an <see cref="ExitException"/>.</summary>
    public OperationRules AddExitCheck(string step, nint status) => Add(step, null, Operation.CheckExit, status);

    /// <summary>What a child's report of a failed operation means.</summary>
    internal IOException Explain(int operation, int errno)
    {
        if (operation == ChildCode.NotExecuted) return new LinuxException("execute the child's program", errno);
        var (step, path, isExit) = _labels[operation];
        return isExit ? new ExitException(step, errno) : new LinuxException(step, errno, path);
    }

    private void Grow()
    {
        _capacity = _capacity == 0 ? UsualCount : _capacity * 2;
        var larger = (Operation*)_memory.Map((long)_capacity * sizeof(Operation));
        new ReadOnlySpan<Operation>(_operations, Count).CopyTo(new Span<Operation>(larger, Count));
        _operations = larger;
    }

    public void Dispose()
    {
        _memory.Dispose();
        _blocks.Clear();
        _operations = null;
        _left = _capacity = Count = 0;
    }
}

/// <summary>What follows an operation's success or failure. Targets are operation numbers; a target may be set once it is known.</summary>
public readonly unsafe struct OperationRules(LaunchProgram program, int number)
{
    /// <summary>The operation's number.</summary>
    public int Number => number;

    private Operation* Pointer => program.Operations + number;

    /// <summary>Keeps the result.</summary>
    public OperationRules Into(Register register)
    {
        Pointer->ResultRegister = register.Number;
        return this;
    }

    /// <summary>Goes on with the next operation after these errors.</summary>
    public OperationRules Tolerate(params ReadOnlySpan<int> errors)
    {
        foreach (var errno in errors) On(errno, number + 1);
        return this;
    }

    /// <summary>Goes on with another operation after this error.</summary>
    public OperationRules On(int errno, int target)
    {
        for (var i = 0; i < Operation.Slots; i++)
        {
            if (Pointer->ToleratedErrors[i] != 0 && Pointer->ToleratedErrors[i] != errno) continue;
            Pointer->ToleratedErrors[i] = errno;
            Pointer->ErrorTargets[i] = target;
            return this;
        }

        throw new InvalidOperationException($"an operation tolerates at most {Operation.Slots} errors");
    }

    /// <summary>Goes on with another operation after success.</summary>
    public OperationRules OnSuccess(int target)
    {
        Pointer->SuccessTarget = target;
        return this;
    }

    /// <summary>Goes on with another operation after a result of 0.</summary>
    public OperationRules OnZero(int target)
    {
        Pointer->ZeroTarget = target;
        return this;
    }

    /// <summary>A result of 0 is a failure too, reported as EPIPE: the parent is gone.</summary>
    public OperationRules NeedsData()
    {
        Pointer->ZeroFails = 1;
        return this;
    }
}
