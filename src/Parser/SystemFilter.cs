using System.Runtime.InteropServices;

namespace Jobs.Parser;

/// <summary>
/// Has the kernel refuse calls that no parser needs, to this process and to all that it starts: sockets of every kind,
/// of which a network namespace leaves those that are files, ways around that, and looking into other processes.
/// </summary>
internal static partial class SystemFilter
{
    private const int SetNoNewPrivileges = 38;
    private const long SetFilter = 1;
    private const long AllThreads = 1;

    // Of the classic BPF: load a word of the call's data, compare it, return a verdict.
    private const ushort Load = 0x20;
    private const ushort JumpIfEqual = 0x15;
    private const ushort JumpIfGreaterOrEqual = 0x35;
    private const ushort Return = 0x06;
    private const uint Allow = 0x7FFF_0000;

    // EACCES, as if it were forbidden by permissions.
    private const uint Refuse = 0x0005_0000 | 13;
    private const uint NumberOffset = 0;
    private const uint ArchitectureOffset = 4;

    // The calls of the x32 variant of x86-64 begin here; there are none on ARM64.
    private const uint FirstForeign = 0x4000_0000;

    private sealed record Machine(uint Architecture, long Seccomp, uint[] Refused);

    // socket, ptrace, process_vm_readv, process_vm_writev, io_uring_setup, bpf, userfaultfd, perf_event_open, keyctl
    private static readonly Machine X64 = new(
        0xC000_003E,
        317,
        [41, 101, 310, 311, 425, 321, 323, 298, 250]
    );
    private static readonly Machine Arm64 = new(
        0xC000_00B7,
        277,
        [198, 117, 270, 271, 425, 280, 282, 241, 219]
    );

    /// <summary>Installs it for good; false where the machine or the kernel has no such filter.</summary>
    public static unsafe bool TryInstall()
    {
        var machine = RuntimeInformation.ProcessArchitecture switch
        {
            _ when !OperatingSystem.IsLinux() => null,
            Architecture.X64 => X64,
            Architecture.Arm64 => Arm64,
            _ => null,
        };
        if (machine is null || Control(SetNoNewPrivileges, 1, 0, 0, 0) != 0)
        {
            return false;
        }
        var instructions = Program(machine);
        fixed (Instruction* first = instructions)
        {
            var program = new FilterProgram
            {
                Length = (ushort)instructions.Length,
                Instructions = first,
            };
            return Call(machine.Seccomp, SetFilter, AllThreads, &program) == 0;
        }
    }

    private static Instruction[] Program(Machine machine)
    {
        var checks = machine.Refused.Length;
        List<Instruction> program =
        [
            new(Load, 0, 0, ArchitectureOffset),
            // Calls of another architecture have other numbers.
            new(JumpIfEqual, 0, (byte)(checks + 3), machine.Architecture),
            new(Load, 0, 0, NumberOffset),
            new(JumpIfGreaterOrEqual, (byte)(checks + 1), 0, FirstForeign),
        ];
        for (var i = 0; i < checks; i++)
        {
            program.Add(new(JumpIfEqual, (byte)(checks - i), 0, machine.Refused[i]));
        }
        program.Add(new(Return, 0, 0, Allow));
        program.Add(new(Return, 0, 0, Refuse));
        return [.. program];
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Instruction(ushort Code, byte IfTrue, byte IfFalse, uint Value);

    [StructLayout(LayoutKind.Sequential)]
    private unsafe struct FilterProgram
    {
        public ushort Length;
        public Instruction* Instructions;
    }

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Control(int option, nint a, nint b, nint c, nint d);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static unsafe partial long Call(
        long number,
        long operation,
        long flags,
        FilterProgram* program
    );
}
