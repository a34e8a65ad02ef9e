/* A seccomp agent: agent SOCKET DOCUMENT NUMBER. Writes the document of each process to a file; its calls of that NUMBER fail with ENOMEDIUM, all others go on. */
#include <errno.h>
#include <fcntl.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <signal.h>
#include <unistd.h>

static void decide(int listener, int number)
{
	for (;;) {
		struct seccomp_notif call;
		memset(&call, 0, sizeof call);
		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) != 0) {
			if (errno == EINTR || errno == ENOENT)
				continue;
			_exit(0);
		}
		struct seccomp_notif_resp answer = { .id = call.id };
		if (call.data.nr == number)
			answer.error = -ENOMEDIUM;
		else
			answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
		ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
	}
}

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	int server = socket(AF_UNIX, SOCK_STREAM, 0);
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	strncpy(address.sun_path, argv[1], sizeof address.sun_path - 1);
	if (bind(server, (struct sockaddr *)&address, sizeof address) != 0 || listen(server, 8) != 0)
		return 1;
	signal(SIGCHLD, SIG_IGN);
	for (;;) {
		int client = accept(server, NULL, NULL);
		char document[65536];
		union { char space[CMSG_SPACE(sizeof(int))]; struct cmsghdr header; } control;
		struct iovec part = { document, sizeof document };
		struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control };
		ssize_t length = recvmsg(client, &message, 0);
		struct cmsghdr *first = CMSG_FIRSTHDR(&message);
		int file = open(argv[2], O_WRONLY | O_CREAT | O_TRUNC, 0600);
		if (length < 0 || write(file, document, length) != length || first == NULL || first->cmsg_type != SCM_RIGHTS)
			return 1;
		close(file);
		if (fork() == 0) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			decide(*(int *)CMSG_DATA(first), atoi(argv[3]));
		}
		close(*(int *)CMSG_DATA(first));
		close(client);
	}
}
