using System.Runtime.InteropServices;

namespace Paas.Linux.Launching;

/// <summary>
/// Machine code for x86-64 of a child that has its own executable (<see cref="ChildImage"/>): the start of it, and what walks over
/// a <see cref="LaunchProgram"/> there, as <see cref="Launcher"/> does in a plain fork.
/// </summary>
internal static class ChildCode
{
    /// <summary>
    /// Takes a pointer to a <see cref="ChildStart"/>: clone3, and in the child all descriptors from 3 on kept across execveat of
    /// the image. The child shares this process's memory until then and so touches none of the stack.
    /// </summary>
    public static ReadOnlySpan<byte> Starter =>
    [
        0x49, 0x89, 0xF9,                                             // start: mov r9,rdi
        0x49, 0x8B, 0x39,                                             // mov rdi,[r9]
        0x41, 0x8B, 0x71, 0x08,                                       // mov esi,[r9+0x8]
        0xB8, 0xB3, 0x01, 0x00, 0x00,                                 // mov eax,0x1b3
        0x0F, 0x05,                                                   // syscall
        0x48, 0x85, 0xC0,                                             // test rax,rax
        0x74, 0x01,                                                   // je child
        0xC3,                                                         // ret
        0x41, 0xB8, 0x03, 0x00, 0x00, 0x00,                           // child: mov r8d,0x3
        0x44, 0x89, 0xC7,                                             // inherit: mov edi,r8d
        0xBE, 0x02, 0x00, 0x00, 0x00,                                 // mov esi,0x2
        0x31, 0xD2,                                                   // xor edx,edx
        0xB8, 0x48, 0x00, 0x00, 0x00,                                 // mov eax,0x48
        0x0F, 0x05,                                                   // syscall
        0x41, 0xFF, 0xC0,                                             // inc r8d
        0x45, 0x3B, 0x41, 0x10,                                       // cmp r8d,[r9+0x10]
        0x72, 0xE6,                                                   // jb inherit
        0x41, 0x8B, 0x79, 0x18,                                       // mov edi,[r9+0x18]
        0x49, 0x8B, 0x71, 0x20,                                       // mov rsi,[r9+0x20]
        0x49, 0x8B, 0x51, 0x28,                                       // mov rdx,[r9+0x28]
        0x4D, 0x8B, 0x51, 0x30,                                       // mov r10,[r9+0x30]
        0x41, 0xB8, 0x00, 0x10, 0x00, 0x00,                           // mov r8d,0x1000
        0xB8, 0x42, 0x01, 0x00, 0x00,                                 // mov eax,0x142
        0x0F, 0x05,                                                   // syscall
        0xF7, 0xD8,                                                   // neg eax
        0x49, 0x8B, 0x71, 0x40,                                       // mov rsi,[r9+0x40]
        0xC7, 0x06, 0xFF, 0xFF, 0xFF, 0x7F,                           // mov [rsi],0x7fffffff
        0x89, 0x46, 0x04,                                             // mov [rsi+0x4],eax
        0x41, 0x8B, 0x79, 0x38,                                       // mov edi,[r9+0x38]
        0xBA, 0x08, 0x00, 0x00, 0x00,                                 // mov edx,0x8
        0xB8, 0x01, 0x00, 0x00, 0x00,                                 // mov eax,0x1
        0x0F, 0x05,                                                   // syscall
        0xBF, 0x01, 0x00, 0x00, 0x00,                                 // end: mov edi,0x1
        0xB8, 0xE7, 0x00, 0x00, 0x00,                                 // mov eax,0xe7
        0x0F, 0x05,                                                   // syscall
        0xEB, 0xF2,                                                   // jmp end
    ];

    private static ReadOnlySpan<byte> Interpreter =>
    [
        0x49, 0xBC, 0, 0, 0, 0, 0, 0, 0, 0,   // entry: movabs r12,OPERATIONS
        0x49, 0xBE, 0, 0, 0, 0, 0, 0, 0, 0,   // movabs r14,REGISTERS
        0x41, 0xBD, 0, 0, 0, 0,                           // mov r13d,COUNT
        0x41, 0xBF, 0, 0, 0, 0,                           // mov r15d,STATUS
        0x31, 0xDB,                                                   // xor ebx,ebx
        0x48, 0x83, 0xEC, 0x40,                                       // sub rsp,0x40
        0x44, 0x39, 0xEB,                                             // next: cmp ebx,r13d
        0x0F, 0x83, 0x0E, 0x01, 0x00, 0x00,                           // jae finish
        0x48, 0x6B, 0xEB, 0x70,                                       // imul rbp,rbx,0x70
        0x4C, 0x01, 0xE5,                                             // add rbp,r12
        0x31, 0xC9,                                                   // xor ecx,ecx
        0x48, 0x8B, 0x44, 0xCD, 0x08,                                 // argument: mov rax,[rbp+rcx*8+0x8]
        0x0F, 0xA3, 0x4D, 0x38,                                       // bt [rbp+0x38],ecx
        0x73, 0x04,                                                   // jae plain
        0x49, 0x8B, 0x04, 0xC6,                                       // mov rax,[r14+rax*8]
        0x48, 0x89, 0x04, 0xCC,                                       // plain: mov [rsp+rcx*8],rax
        0xFF, 0xC1,                                                   // inc ecx
        0x83, 0xF9, 0x06,                                             // cmp ecx,0x6
        0x75, 0xE6,                                                   // jne argument
        0x48, 0x8B, 0x3C, 0x24,                                       // mov rdi,[rsp]
        0x48, 0x8B, 0x74, 0x24, 0x08,                                 // mov rsi,[rsp+0x8]
        0x48, 0x8B, 0x54, 0x24, 0x10,                                 // mov rdx,[rsp+0x10]
        0x48, 0x8B, 0x45, 0x00,                                       // mov rax,[rbp+0x0]
        0x48, 0x85, 0xC0,                                             // test rax,rax
        0x78, 0x13,                                                   // js pseudo
        0x4C, 0x8B, 0x54, 0x24, 0x18,                                 // mov r10,[rsp+0x18]
        0x4C, 0x8B, 0x44, 0x24, 0x20,                                 // mov r8,[rsp+0x20]
        0x4C, 0x8B, 0x4C, 0x24, 0x28,                                 // mov r9,[rsp+0x28]
        0x0F, 0x05,                                                   // syscall
        0xEB, 0x39,                                                   // jmp result
        0x48, 0xFF, 0xC0,                                             // pseudo: inc rax
        0x75, 0x0F,                                                   // jne notcompare
        0x8B, 0x0F,                                                   // mov ecx,[rdi]
        0x21, 0xF1,                                                   // and ecx,esi
        0x39, 0xD1,                                                   // cmp ecx,edx
        0x74, 0x2C,                                                   // je result
        0x48, 0x2B, 0x44, 0x24, 0x18,                                 // sub rax,[rsp+0x18]
        0xEB, 0x25,                                                   // jmp result
        0x48, 0xFF, 0xC0,                                             // notcompare: inc rax
        0x75, 0x1C,                                                   // jne store
        0x8B, 0x0F,                                                   // mov ecx,[rdi]
        0x89, 0xCA,                                                   // mov edx,ecx
        0x83, 0xE2, 0x7F,                                             // and edx,0x7f
        0x74, 0x0B,                                                   // je exited
        0x48, 0x29, 0xD0,                                             // sub rax,rdx
        0x48, 0x2D, 0x00, 0x01, 0x00, 0x00,                           // sub rax,0x100
        0xEB, 0x0C,                                                   // jmp result
        0x0F, 0xB6, 0xCD,                                             // exited: movzx ecx,ch
        0x48, 0x29, 0xC8,                                             // sub rax,rcx
        0xEB, 0x04,                                                   // jmp result
        0x89, 0x37,                                                   // store: mov [rdi],esi
        0x31, 0xC0,                                                   // xor eax,eax
        0x48, 0x83, 0xF8, 0xFC,                                       // result: cmp rax,0xfffffffffffffffc
        0x0F, 0x84, 0x67, 0xFF, 0xFF, 0xFF,                           // je next
        0x8B, 0x4D, 0x3C,                                             // mov ecx,[rbp+0x3c]
        0x85, 0xC9,                                                   // test ecx,ecx
        0x78, 0x04,                                                   // js unkept
        0x49, 0x89, 0x04, 0xCE,                                       // mov [r14+rcx*8],rax
        0x48, 0x85, 0xC0,                                             // unkept: test rax,rax
        0x75, 0x14,                                                   // jne nonzero
        0x83, 0x7D, 0x64, 0x00,                                       // cmp [rbp+0x64],0x0
        0x75, 0x1E,                                                   // jne pipe
        0x8B, 0x4D, 0x68,                                             // mov ecx,[rbp+0x68]
        0x85, 0xC9,                                                   // test ecx,ecx
        0x78, 0x0F,                                                   // js success
        0x89, 0xCB,                                                   // mov ebx,ecx
        0xE9, 0x43, 0xFF, 0xFF, 0xFF,                                 // jmp next
        0x48, 0x3D, 0x01, 0xF0, 0xFF, 0xFF,                           // nonzero: cmp rax,0xfffffffffffff001
        0x73, 0x0D,                                                   // jae error
        0x8B, 0x5D, 0x60,                                             // success: mov ebx,[rbp+0x60]
        0xE9, 0x33, 0xFF, 0xFF, 0xFF,                                 // jmp next
        0xB8, 0xE0, 0xFF, 0xFF, 0xFF,                                 // pipe: mov eax,0xffffffe0
        0xF7, 0xD8,                                                   // error: neg eax
        0x31, 0xC9,                                                   // xor ecx,ecx
        0xBA, 0xFF, 0xFF, 0xFF, 0xFF,                                 // mov edx,0xffffffff
        0x3B, 0x44, 0x8D, 0x40,                                       // slot: cmp eax,[rbp+rcx*4+0x40]
        0x75, 0x04,                                                   // jne other
        0x8B, 0x54, 0x8D, 0x50,                                       // mov edx,[rbp+rcx*4+0x50]
        0xFF, 0xC1,                                                   // other: inc ecx
        0x83, 0xF9, 0x04,                                             // cmp ecx,0x4
        0x75, 0xEF,                                                   // jne slot
        0x85, 0xD2,                                                   // test edx,edx
        0x78, 0x07,                                                   // js failure
        0x89, 0xD3,                                                   // mov ebx,edx
        0xE9, 0x09, 0xFF, 0xFF, 0xFF,                                 // jmp next
        0x89, 0x1C, 0x24,                                             // failure: mov [rsp],ebx
        0x89, 0x44, 0x24, 0x04,                                       // mov [rsp+0x4],eax
        0x44, 0x89, 0xFF,                                             // mov edi,r15d
        0x48, 0x89, 0xE6,                                             // mov rsi,rsp
        0xBA, 0x08, 0x00, 0x00, 0x00,                                 // mov edx,0x8
        0xB8, 0x01, 0x00, 0x00, 0x00,                                 // mov eax,0x1
        0x0F, 0x05,                                                   // syscall
        0xBF, 0x01, 0x00, 0x00, 0x00,                                 // mov edi,0x1
        0xEB, 0x02,                                                   // jmp exit
        0x31, 0xFF,                                                   // finish: xor edi,edi
        0xB8, 0xE7, 0x00, 0x00, 0x00,                                 // exit: mov eax,0xe7
        0x0F, 0x05,                                                   // syscall
        0xEB, 0xF7,                                                   // jmp exit
    ];

    /// <summary>What the starter reports instead of an operation when the image could not be executed.</summary>
    public const int NotExecuted = int.MaxValue;

    /// <summary>The interpreter for one program.</summary>
    /// <param name="operations">Address of the operations.</param>
    /// <param name="registers">Address of the registers.</param>
    /// <param name="count">How many operations.</param>
    /// <param name="status">Descriptor that takes reports.</param>
    public static byte[] InterpreterFor(nint operations, nint registers, int count, int status)
    {
        var code = Interpreter.ToArray();
        MemoryMarshal.Write(code.AsSpan(2), (long)operations);
        MemoryMarshal.Write(code.AsSpan(12), (long)registers);
        MemoryMarshal.Write(code.AsSpan(22), count);
        MemoryMarshal.Write(code.AsSpan(28), status);
        return code;
    }
}

/// <summary>What the starter works with.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ChildStart
{
    /// <summary>struct clone_args.</summary>
    public nint CloneArguments;

    public long CloneArgumentsSize;

    /// <summary>One more than the highest descriptor to keep.</summary>
    public long DescriptorLimit;

    public long Image;

    /// <summary>The empty path.</summary>
    public nint Path;

    public nint Arguments;

    public nint Environment;

    public long Status;

    /// <summary>Eight bytes for the report of a failure.</summary>
    public nint Report;
}
