/* Makes the system calls its arguments name, "ABI:NUMBER[:ARGUMENT]...", and prints what each returns. ABI is 64, 32 (int $0x80) or x32. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static long fast(long number, const long *a)
{
	long result;
	register long r10 __asm__("r10") = a[3];
	register long r8 __asm__("r8") = a[4];
	register long r9 __asm__("r9") = a[5];
	__asm__ volatile("syscall"
		: "=a"(result)
		: "a"(number), "D"(a[0]), "S"(a[1]), "d"(a[2]), "r"(r10), "r"(r8), "r"(r9)
		: "rcx", "r11", "memory");
	return result;
}

static long legacy(long number, const long *a)
{
	long result;
	__asm__ volatile("int $0x80"
		: "=a"(result)
		: "a"(number), "b"(a[0]), "c"(a[1]), "d"(a[2]), "S"(a[3]), "D"(a[4])
		: "r8", "r9", "r10", "r11", "memory");
	return (int)result;
}

static void trapped(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	printf("trap %d ", info->si_syscall & 0x3fffffff);
}

int main(int argc, char **argv)
{
	struct sigaction action = { .sa_sigaction = trapped, .sa_flags = SA_SIGINFO };
	sigaction(SIGSYS, &action, NULL);
	for (int i = 1; i < argc; i++) {
		long values[7] = { 0 };
		char *at = strchr(argv[i], ':');
		for (int n = 0; at && n < 7; n++) {
			values[n] = (long)strtoull(at + 1, NULL, 0);
			at = strchr(at + 1, ':');
		}
		long result;
		if (strncmp(argv[i], "32:", 3) == 0)
			result = legacy(values[0], values + 1);
		else
			result = fast(values[0] | (argv[i][0] == 'x' ? 0x40000000 : 0), values + 1);
		/* A trapped call's result is whatever its register held. */
		printf("%ld\n", result > 0 || result < -4095 ? 1 : result);
		fflush(stdout);
	}
	return 0;
}
