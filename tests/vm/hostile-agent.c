// SPDX-License-Identifier: GPL-2.0-only
/* Guests that go wrong, one a build: HOSTILE_MODE is the name of the function to run as PID 1. */
#include <fcntl.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#define HELLO                                                                                      \
	"{\"type\":\"hello\",\"protocol\":1,\"release\":\"x\",\"arch\":\"arm64\",\"cpus\":1,"      \
	"\"memory_bytes\":1,\"uptime_s\":1,\"settings\":{},\"counters\":{}}\n"

static int records;

static void say(const char *text)
{
	if (write(records, text, strlen(text)) < 0)
		_exit(1);
}

/* PID 1 returns: the kernel panics. */
static inline void panics(void)
{
	say(HELLO);
}

static inline void crashes(void)
{
	int fd;

	say(HELLO);
	mount("proc", "/proc", "proc", 0, NULL);
	fd = open("/proc/sysrq-trigger", O_WRONLY);
	if (write(fd, "c", 1) < 0)
		_exit(1);
	pause();
}

static inline void hangs(void)
{
	say(HELLO);
	for (;;)
		pause();
}

static inline void never_speaks(void)
{
	for (;;)
		pause();
}

static inline void floods(void)
{
	say(HELLO);
	for (;;)
		say("{\"type\":\"progress\",\"workload\":0,\"text\":\"again and again and "
		    "again\"}\n");
}

static inline void rambles(void)
{
	say("\xff\xfe{{{{[[[[\n");
	for (;;)
		pause();
}

int main(void)
{
	mount("dev", "/dev", "devtmpfs", 0, NULL);
	records = open("/dev/ttyAMA1", O_WRONLY | O_NOCTTY);
	HOSTILE_MODE();
	return 0;
}
