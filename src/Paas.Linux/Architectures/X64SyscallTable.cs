using Paas.Linux.Seccomp;
using static Paas.Linux.Native;

namespace Paas.Linux.Architectures;

/// <summary>
/// System calls of x86-64 and of the two older ABIs its kernels offer: i386 (<c>int 0x80</c>, 32-bit programs) and x32 (asm/unistd_64.h,
/// asm/unistd_32.h, asm/unistd_x32.h).
/// </summary>
public sealed class X64SyscallTable : SyscallTable
{
    private const int SocketCall = 102;
    private const int Ipc = 117;

    /// <inheritdoc/>
    public override SyscallAbis Abi(string architecture) => architecture switch
    {
        "SCMP_ARCH_X86_64" => SyscallAbis.Native,
        "SCMP_ARCH_X86" => SyscallAbis.Compat,
        "SCMP_ARCH_X32" => SyscallAbis.X32,
        _ => SyscallAbis.None,
    };

    /// <inheritdoc/>
    public override uint NativeArchitecture => AUDIT_ARCH_X86_64;

    /// <inheritdoc/>
    public override uint CompatArchitecture => AUDIT_ARCH_I386;

    /// <inheritdoc/>
    public override uint X32Bit => __X32_SYSCALL_BIT;

    // On i386 some calls also go through one of two others that take a first argument saying which.
    private static SyscallNumbers On(int x64, int i386, int x32 = SameNumber, int socketCall = 0, int ipc = 0) =>
        new(x64, i386, x32 == SameNumber ? x64 : x32, socketCall > 0 ? SocketCall : ipc > 0 ? Ipc : None, socketCall + ipc);

    private const int SameNumber = -2;

    /// <inheritdoc/>
    public override SyscallNumbers Find(string name) => name switch
    {
        "_llseek" => On(None, 140), "_newselect" => On(None, 142), "_sysctl" => On(156, 149, x32: None),
        "accept" => On(43, None, socketCall: 5), "accept4" => On(288, 364, socketCall: 18), "access" => On(21, 33),
        "acct" => On(163, 51), "add_key" => On(248, 286), "adjtimex" => On(159, 124), "afs_syscall" => On(183, 137),
        "alarm" => On(37, 27), "arch_prctl" => On(158, 384), "bdflush" => On(None, 134), "bind" => On(49, 361, socketCall: 2),
        "bpf" => On(321, 357), "break" => On(None, 17), "brk" => On(12, 45), "cachestat" => On(451, 451),
        "capget" => On(125, 184), "capset" => On(126, 185), "chdir" => On(80, 12), "chmod" => On(90, 15), "chown" => On(92, 182),
        "chown32" => On(None, 212), "chroot" => On(161, 61), "clock_adjtime" => On(305, 343), "clock_adjtime64" => On(None, 405),
        "clock_getres" => On(229, 266), "clock_getres_time64" => On(None, 406), "clock_gettime" => On(228, 265),
        "clock_gettime64" => On(None, 403), "clock_nanosleep" => On(230, 267), "clock_nanosleep_time64" => On(None, 407),
        "clock_settime" => On(227, 264), "clock_settime64" => On(None, 404), "clone" => On(56, 120), "clone3" => On(435, 435),
        "close" => On(3, 6), "close_range" => On(436, 436), "connect" => On(42, 362, socketCall: 3),
        "copy_file_range" => On(326, 377), "creat" => On(85, 8), "create_module" => On(174, 127, x32: None),
        "delete_module" => On(176, 129), "dup" => On(32, 41), "dup2" => On(33, 63), "dup3" => On(292, 330),
        "epoll_create" => On(213, 254), "epoll_create1" => On(291, 329), "epoll_ctl" => On(233, 255),
        "epoll_ctl_old" => On(214, None, x32: None), "epoll_pwait" => On(281, 319), "epoll_pwait2" => On(441, 441),
        "epoll_wait" => On(232, 256), "epoll_wait_old" => On(215, None, x32: None), "eventfd" => On(284, 323),
        "eventfd2" => On(290, 328), "execve" => On(59, 11, x32: 520), "execveat" => On(322, 358, x32: 545), "exit" => On(60, 1),
        "exit_group" => On(231, 252), "faccessat" => On(269, 307), "faccessat2" => On(439, 439), "fadvise64" => On(221, 250),
        "fadvise64_64" => On(None, 272), "fallocate" => On(285, 324), "fanotify_init" => On(300, 338),
        "fanotify_mark" => On(301, 339), "fchdir" => On(81, 133), "fchmod" => On(91, 94), "fchmodat" => On(268, 306),
        "fchmodat2" => On(452, 452), "fchown" => On(93, 95), "fchown32" => On(None, 207), "fchownat" => On(260, 298),
        "fcntl" => On(72, 55), "fcntl64" => On(None, 221), "fdatasync" => On(75, 148), "fgetxattr" => On(193, 231),
        "file_getattr" => On(468, 468), "file_setattr" => On(469, 469), "finit_module" => On(313, 350),
        "flistxattr" => On(196, 234), "flock" => On(73, 143), "fork" => On(57, 2), "fremovexattr" => On(199, 237),
        "fsconfig" => On(431, 431), "fsetxattr" => On(190, 228), "fsmount" => On(432, 432), "fsopen" => On(430, 430),
        "fspick" => On(433, 433), "fstat" => On(5, 108), "fstat64" => On(None, 197), "fstatat64" => On(None, 300),
        "fstatfs" => On(138, 100), "fstatfs64" => On(None, 269), "fsync" => On(74, 118), "ftime" => On(None, 35),
        "ftruncate" => On(77, 93), "ftruncate64" => On(None, 194), "futex" => On(202, 240), "futex_requeue" => On(456, 456),
        "futex_time64" => On(None, 422), "futex_wait" => On(455, 455), "futex_waitv" => On(449, 449),
        "futex_wake" => On(454, 454), "futimesat" => On(261, 299), "get_kernel_syms" => On(177, 130, x32: None),
        "get_mempolicy" => On(239, 275), "get_robust_list" => On(274, 312, x32: 531),
        "get_thread_area" => On(211, 244, x32: None), "getcpu" => On(309, 318), "getcwd" => On(79, 183),
        "getdents" => On(78, 141), "getdents64" => On(217, 220), "getegid" => On(108, 50), "getegid32" => On(None, 202),
        "geteuid" => On(107, 49), "geteuid32" => On(None, 201), "getgid" => On(104, 47), "getgid32" => On(None, 200),
        "getgroups" => On(115, 80), "getgroups32" => On(None, 205), "getitimer" => On(36, 105),
        "getpeername" => On(52, 368, socketCall: 7), "getpgid" => On(121, 132), "getpgrp" => On(111, 65), "getpid" => On(39, 20),
        "getpmsg" => On(181, 188), "getppid" => On(110, 64), "getpriority" => On(140, 96), "getrandom" => On(318, 355),
        "getresgid" => On(120, 171), "getresgid32" => On(None, 211), "getresuid" => On(118, 165), "getresuid32" => On(None, 209),
        "getrlimit" => On(97, 76), "getrusage" => On(98, 77), "getsid" => On(124, 147),
        "getsockname" => On(51, 367, socketCall: 6), "getsockopt" => On(55, 365, x32: 542, socketCall: 15),
        "gettid" => On(186, 224), "gettimeofday" => On(96, 78), "getuid" => On(102, 24), "getuid32" => On(None, 199),
        "getxattr" => On(191, 229), "getxattrat" => On(464, 464), "gtty" => On(None, 32), "idle" => On(None, 112),
        "init_module" => On(175, 128), "inotify_add_watch" => On(254, 292), "inotify_init" => On(253, 291),
        "inotify_init1" => On(294, 332), "inotify_rm_watch" => On(255, 293), "io_cancel" => On(210, 249),
        "io_destroy" => On(207, 246), "io_getevents" => On(208, 247), "io_pgetevents" => On(333, 385),
        "io_pgetevents_time64" => On(None, 416), "io_setup" => On(206, 245, x32: 543), "io_submit" => On(209, 248, x32: 544),
        "io_uring_enter" => On(426, 426), "io_uring_register" => On(427, 427), "io_uring_setup" => On(425, 425),
        "ioctl" => On(16, 54, x32: 514), "ioperm" => On(173, 101), "iopl" => On(172, 110), "ioprio_get" => On(252, 290),
        "ioprio_set" => On(251, 289), "ipc" => On(None, 117), "kcmp" => On(312, 349), "kexec_file_load" => On(320, None),
        "kexec_load" => On(246, 283, x32: 528), "keyctl" => On(250, 288), "kill" => On(62, 37),
        "landlock_add_rule" => On(445, 445), "landlock_create_ruleset" => On(444, 444), "landlock_restrict_self" => On(446, 446),
        "lchown" => On(94, 16), "lchown32" => On(None, 198), "lgetxattr" => On(192, 230), "link" => On(86, 9),
        "linkat" => On(265, 303), "listen" => On(50, 363, socketCall: 4), "listmount" => On(458, 458),
        "listxattr" => On(194, 232), "listxattrat" => On(465, 465), "llistxattr" => On(195, 233), "lock" => On(None, 53),
        "lookup_dcookie" => On(212, 253), "lremovexattr" => On(198, 236), "lseek" => On(8, 19), "lsetxattr" => On(189, 227),
        "lsm_get_self_attr" => On(459, 459), "lsm_list_modules" => On(461, 461), "lsm_set_self_attr" => On(460, 460),
        "lstat" => On(6, 107), "lstat64" => On(None, 196), "madvise" => On(28, 219), "map_shadow_stack" => On(453, 453),
        "mbind" => On(237, 274), "membarrier" => On(324, 375), "memfd_create" => On(319, 356), "memfd_secret" => On(447, 447),
        "migrate_pages" => On(256, 294), "mincore" => On(27, 218), "mkdir" => On(83, 39), "mkdirat" => On(258, 296),
        "mknod" => On(133, 14), "mknodat" => On(259, 297), "mlock" => On(149, 150), "mlock2" => On(325, 376),
        "mlockall" => On(151, 152), "mmap" => On(9, 90), "mmap2" => On(None, 192), "modify_ldt" => On(154, 123),
        "mount" => On(165, 21), "mount_setattr" => On(442, 442), "move_mount" => On(429, 429),
        "move_pages" => On(279, 317, x32: 533), "mprotect" => On(10, 125), "mpx" => On(None, 56), "mq_getsetattr" => On(245, 282),
        "mq_notify" => On(244, 281, x32: 527), "mq_open" => On(240, 277), "mq_timedreceive" => On(243, 280),
        "mq_timedreceive_time64" => On(None, 419), "mq_timedsend" => On(242, 279), "mq_timedsend_time64" => On(None, 418),
        "mq_unlink" => On(241, 278), "mremap" => On(25, 163), "mseal" => On(462, 462), "msgctl" => On(71, 402, ipc: 14),
        "msgget" => On(68, 399, ipc: 13), "msgrcv" => On(70, 401, ipc: 12), "msgsnd" => On(69, 400, ipc: 11),
        "msync" => On(26, 144), "munlock" => On(150, 151), "munlockall" => On(152, 153), "munmap" => On(11, 91),
        "name_to_handle_at" => On(303, 341), "nanosleep" => On(35, 162), "newfstatat" => On(262, None),
        "nfsservctl" => On(180, 169, x32: None), "nice" => On(None, 34), "oldfstat" => On(None, 28), "oldlstat" => On(None, 84),
        "oldolduname" => On(None, 59), "oldstat" => On(None, 18), "olduname" => On(None, 109), "open" => On(2, 5),
        "open_by_handle_at" => On(304, 342), "open_tree" => On(428, 428), "open_tree_attr" => On(467, 467),
        "openat" => On(257, 295), "openat2" => On(437, 437), "pause" => On(34, 29), "perf_event_open" => On(298, 336),
        "personality" => On(135, 136), "pidfd_getfd" => On(438, 438), "pidfd_open" => On(434, 434),
        "pidfd_send_signal" => On(424, 424), "pipe" => On(22, 42), "pipe2" => On(293, 331), "pivot_root" => On(155, 217),
        "pkey_alloc" => On(330, 381), "pkey_free" => On(331, 382), "pkey_mprotect" => On(329, 380), "poll" => On(7, 168),
        "ppoll" => On(271, 309), "ppoll_time64" => On(None, 414), "prctl" => On(157, 172), "pread64" => On(17, 180),
        "preadv" => On(295, 333, x32: 534), "preadv2" => On(327, 378, x32: 546), "prlimit64" => On(302, 340),
        "process_madvise" => On(440, 440), "process_mrelease" => On(448, 448), "process_vm_readv" => On(310, 347, x32: 539),
        "process_vm_writev" => On(311, 348, x32: 540), "prof" => On(None, 44), "profil" => On(None, 98),
        "pselect6" => On(270, 308), "pselect6_time64" => On(None, 413), "ptrace" => On(101, 26, x32: 521),
        "putpmsg" => On(182, 189), "pwrite64" => On(18, 181), "pwritev" => On(296, 334, x32: 535),
        "pwritev2" => On(328, 379, x32: 547), "query_module" => On(178, 167, x32: None), "quotactl" => On(179, 131),
        "quotactl_fd" => On(443, 443), "read" => On(0, 3), "readahead" => On(187, 225), "readdir" => On(None, 89),
        "readlink" => On(89, 85), "readlinkat" => On(267, 305), "readv" => On(19, 145, x32: 515), "reboot" => On(169, 88),
        "recv" => On(None, None, socketCall: 10), "recvfrom" => On(45, 371, x32: 517, socketCall: 12),
        "recvmmsg" => On(299, 337, x32: 537, socketCall: 19), "recvmmsg_time64" => On(None, 417),
        "recvmsg" => On(47, 372, x32: 519, socketCall: 17), "remap_file_pages" => On(216, 257), "removexattr" => On(197, 235),
        "removexattrat" => On(466, 466), "rename" => On(82, 38), "renameat" => On(264, 302), "renameat2" => On(316, 353),
        "request_key" => On(249, 287), "restart_syscall" => On(219, 0), "rmdir" => On(84, 40), "rseq" => On(334, 386),
        "rt_sigaction" => On(13, 174, x32: 512), "rt_sigpending" => On(127, 176, x32: 522), "rt_sigprocmask" => On(14, 175),
        "rt_sigqueueinfo" => On(129, 178, x32: 524), "rt_sigreturn" => On(15, 173, x32: 513), "rt_sigsuspend" => On(130, 179),
        "rt_sigtimedwait" => On(128, 177, x32: 523), "rt_sigtimedwait_time64" => On(None, 421),
        "rt_tgsigqueueinfo" => On(297, 335, x32: 536), "sched_get_priority_max" => On(146, 159),
        "sched_get_priority_min" => On(147, 160), "sched_getaffinity" => On(204, 242), "sched_getattr" => On(315, 352),
        "sched_getparam" => On(143, 155), "sched_getscheduler" => On(145, 157), "sched_rr_get_interval" => On(148, 161),
        "sched_rr_get_interval_time64" => On(None, 423), "sched_setaffinity" => On(203, 241), "sched_setattr" => On(314, 351),
        "sched_setparam" => On(142, 154), "sched_setscheduler" => On(144, 156), "sched_yield" => On(24, 158),
        "seccomp" => On(317, 354), "security" => On(185, None), "select" => On(23, 82), "semctl" => On(66, 394, ipc: 3),
        "semget" => On(64, 393, ipc: 2), "semop" => On(65, None, ipc: 1), "semtimedop" => On(220, None, ipc: 4),
        "semtimedop_time64" => On(None, 420), "send" => On(None, None, socketCall: 9), "sendfile" => On(40, 187),
        "sendfile64" => On(None, 239), "sendmmsg" => On(307, 345, x32: 538, socketCall: 20),
        "sendmsg" => On(46, 370, x32: 518, socketCall: 16), "sendto" => On(44, 369, socketCall: 11),
        "set_mempolicy" => On(238, 276), "set_mempolicy_home_node" => On(450, 450), "set_robust_list" => On(273, 311, x32: 530),
        "set_thread_area" => On(205, 243, x32: None), "set_tid_address" => On(218, 258), "setdomainname" => On(171, 121),
        "setfsgid" => On(123, 139), "setfsgid32" => On(None, 216), "setfsuid" => On(122, 138), "setfsuid32" => On(None, 215),
        "setgid" => On(106, 46), "setgid32" => On(None, 214), "setgroups" => On(116, 81), "setgroups32" => On(None, 206),
        "sethostname" => On(170, 74), "setitimer" => On(38, 104), "setns" => On(308, 346), "setpgid" => On(109, 57),
        "setpriority" => On(141, 97), "setregid" => On(114, 71), "setregid32" => On(None, 204), "setresgid" => On(119, 170),
        "setresgid32" => On(None, 210), "setresuid" => On(117, 164), "setresuid32" => On(None, 208), "setreuid" => On(113, 70),
        "setreuid32" => On(None, 203), "setrlimit" => On(160, 75), "setsid" => On(112, 66),
        "setsockopt" => On(54, 366, x32: 541, socketCall: 14), "settimeofday" => On(164, 79), "setuid" => On(105, 23),
        "setuid32" => On(None, 213), "setxattr" => On(188, 226), "setxattrat" => On(463, 463), "sgetmask" => On(None, 68),
        "shmat" => On(30, 397, ipc: 21), "shmctl" => On(31, 396, ipc: 24), "shmdt" => On(67, 398, ipc: 22),
        "shmget" => On(29, 395, ipc: 23), "shutdown" => On(48, 373, socketCall: 13), "sigaction" => On(None, 67),
        "sigaltstack" => On(131, 186, x32: 525), "signal" => On(None, 48), "signalfd" => On(282, 321),
        "signalfd4" => On(289, 327), "sigpending" => On(None, 73), "sigprocmask" => On(None, 126), "sigreturn" => On(None, 119),
        "sigsuspend" => On(None, 72), "socket" => On(41, 359, socketCall: 1), "socketcall" => On(None, 102),
        "socketpair" => On(53, 360, socketCall: 8), "splice" => On(275, 313), "ssetmask" => On(None, 69), "stat" => On(4, 106),
        "stat64" => On(None, 195), "statfs" => On(137, 99), "statfs64" => On(None, 268), "statmount" => On(457, 457),
        "statx" => On(332, 383), "stime" => On(None, 25), "stty" => On(None, 31), "swapoff" => On(168, 115),
        "swapon" => On(167, 87), "symlink" => On(88, 83), "symlinkat" => On(266, 304), "sync" => On(162, 36),
        "sync_file_range" => On(277, 314), "syncfs" => On(306, 344), "sysfs" => On(139, 135), "sysinfo" => On(99, 116),
        "syslog" => On(103, 103), "tee" => On(276, 315), "tgkill" => On(234, 270), "time" => On(201, 13),
        "timer_create" => On(222, 259, x32: 526), "timer_delete" => On(226, 263), "timer_getoverrun" => On(225, 262),
        "timer_gettime" => On(224, 261), "timer_gettime64" => On(None, 408), "timer_settime" => On(223, 260),
        "timer_settime64" => On(None, 409), "timerfd_create" => On(283, 322), "timerfd_gettime" => On(287, 326),
        "timerfd_gettime64" => On(None, 410), "timerfd_settime" => On(286, 325), "timerfd_settime64" => On(None, 411),
        "times" => On(100, 43), "tkill" => On(200, 238), "truncate" => On(76, 92), "truncate64" => On(None, 193),
        "tuxcall" => On(184, None), "ugetrlimit" => On(None, 191), "ulimit" => On(None, 58), "umask" => On(95, 60),
        "umount" => On(None, 22), "umount2" => On(166, 52), "uname" => On(63, 122), "unlink" => On(87, 10),
        "unlinkat" => On(263, 301), "unshare" => On(272, 310), "uretprobe" => On(335, None, x32: None),
        "uselib" => On(134, 86, x32: None), "userfaultfd" => On(323, 374), "ustat" => On(136, 62), "utime" => On(132, 30),
        "utimensat" => On(280, 320), "utimensat_time64" => On(None, 412), "utimes" => On(235, 271), "vfork" => On(58, 190),
        "vhangup" => On(153, 111), "vm86" => On(None, 166), "vm86old" => On(None, 113), "vmsplice" => On(278, 316, x32: 532),
        "vserver" => On(236, 273, x32: None), "wait4" => On(61, 114), "waitid" => On(247, 284, x32: 529),
        "waitpid" => On(None, 7), "write" => On(1, 4), "writev" => On(20, 146, x32: 516),
        _ => SyscallNumbers.Unknown,
    };
}
