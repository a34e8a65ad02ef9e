using System.Runtime.InteropServices;

namespace Paas.Linux.Launching;

/// <summary>One system call of a <see cref="LaunchProgram"/>, and where to go after it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct Operation
{
    /// <summary>Number and six arguments, as <see cref="SyscallStub"/> takes them.</summary>
    public fixed long Call[7];

    /// <summary>Bit i set: argument i is the number of a register that holds the value.</summary>
    public int RegisterArguments;

    /// <summary>Register that takes the result, or -1.</summary>
    public int ResultRegister;

    /// <summary>Error numbers that do not end the program, 0 for none, each with the operation to go on with.</summary>
    public fixed int ToleratedErrors[Slots];

    public fixed int ErrorTargets[Slots];

    /// <summary>Operation to go on with after success.</summary>
    public int SuccessTarget;

    /// <summary>Not 0: a result of 0 is a failure (end of file where a byte was due).</summary>
    public int ZeroFails;

    /// <summary>Operation to go on with after a result of 0 (a fork's child, a time that ran out), or -1.</summary>
    public int ZeroTarget;

    public const int Slots = 4;

    /// <summary>
    /// Instead of a system call's number: compares. Address, mask, wanted value of 32 bits; the fourth argument is the error when
    /// they differ.
    /// </summary>
    public const int Compare = -1;

    /// <summary>Instead of a system call's number: looks at a wait status at an address; its failure is an <see cref="ExitException"/>.</summary>
    public const int CheckExit = -2;

    /// <summary>Instead of a system call's number: keeps 32 bits of the second argument at the address of the first.</summary>
    public const int Store = -3;

    /// <summary>Added to the number of a signal that ended a process; without it the number is an exit code.</summary>
    public const int SignalBase = 0x100;
}

/// <summary>What parent and child share by the fork's copy of memory. Nothing in it points into managed memory.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct LaunchImage
{
    public fixed long CloneCall[7];
    public Operation* Operations;
    public int Count;
    public int StatusDescriptor;
    public long* Registers;
    public delegate*<long*, long> Stub;
}
