// SPDX-License-Identifier: GPL-2.0-only
/* PID 1 of a guest with nothing but cgroup v2: runs /test with its output on the second serial
 * port, says how it ended, and powers off. */
#include <fcntl.h>
#include <stdio.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <unistd.h>

static void enable_controllers(void)
{
	static const char *const names[] = {"+cpu", "+memory", "+pids", "+cpuset"};
	FILE *file;

	for (int i = 0; i < 4; i++) {
		file = fopen("/sys/fs/cgroup/cgroup.subtree_control", "w");
		if (!file || fputs(names[i], file) < 0 || fclose(file) != 0)
			printf("cannot enable %s\n", names[i]);
	}
}

int main(void)
{
	int status = -1;
	pid_t pid;

	mount("dev", "/dev", "devtmpfs", 0, NULL);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("sys", "/sys", "sysfs", 0, NULL);
	mount("tmp", "/tmp", "tmpfs", 0, NULL);
	mount("cgroup2", "/sys/fs/cgroup", "cgroup2", 0, NULL);
	dup2(open("/dev/ttyS1", O_WRONLY | O_NOCTTY), STDOUT_FILENO);
	dup2(STDOUT_FILENO, STDERR_FILENO);
	setvbuf(stdout, NULL, _IOLBF, 0);
	enable_controllers();
	pid = fork();
	if (pid == 0) {
		execl("/test", "/test", NULL);
		_exit(127);
	}
	while (waitpid(pid, &status, 0) < 0)
		;
	printf("\nstatus %d\n", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	sync();
	usleep(200000);
	reboot(RB_POWER_OFF);
	return 0;
}
