// SPDX-License-Identifier: GPL-2.0-only
#include "guest/agent.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "workloads/container-init.h"

#define JOB_MAX_BYTES (1 << 20)

static int read_job(int fd, struct dcb_job *ret_job, struct dcb_error *err)
{
	_cleanup_free_ char *text = malloc(JOB_MAX_BYTES);
	size_t size = 0;

	if (!text)
		return dcb_error_oom(err);
	for (;;) {
		ssize_t part = read(fd, text + size, JOB_MAX_BYTES - size);

		if (part < 0)
			return dcb_error_sys(err, errno, "cannot read the job");
		if (part == 0)
			break;
		size += (size_t)part;
		if (size == JOB_MAX_BYTES)
			return dcb_error_set(err, EFBIG, "the job is too long");
	}
	return dcb_job_parse(text, size, ret_job, err);
}

/* Set-up that can fail after hello, so that the host learns why. */
static int guest_work(int fd, struct dcb_error *err)
{
	_cleanup_(dcb_job_deinit) struct dcb_job job = {0};
	_cleanup_close_ int file = open("/job.json", O_RDONLY | O_CLOEXEC);
	int r;

	if (file < 0)
		return dcb_error_sys(err, errno, "/job.json");
	r = read_job(file, &job, err);
	if (r < 0)
		return r;
	r = agent_load_modules(&job, err);
	if (r < 0)
		return r;
	return agent_run_job(fd, &job, "/scratch", true, err);
}

static int guest_run(struct dcb_error *err)
{
	_cleanup_close_ int fd = -1;
	int r = agent_mount_guest(err);

	if (r < 0)
		return r;
	agent_tune_guest();
	r = agent_open_records(&fd, err);
	if (r < 0)
		return r;
	r = agent_send_hello(fd, agent_settle() ? "yes" : "no", err);
	if (r < 0)
		return r;
	r = guest_work(fd, err);
	if (r < 0) {
		r = agent_send_error(fd, -1, false, err->message, err);
		if (r < 0)
			return r;
	}
	return agent_send_bye(fd, err);
}

static void say_to_console(const char *message)
{
	_cleanup_close_ int fd = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);

	if (fd >= 0)
		dprintf(fd, "<2>dcbench agent: %s\n", message);
}

static _Noreturn void guest_main(void)
{
	struct dcb_error err = DCB_ERROR_NULL;

	if (guest_run(&err) < 0)
		say_to_console(err.message);
	sync();
	reboot(RB_POWER_OFF);
	/* No power-off here: a reset ends the machine as well. */
	reboot(RB_AUTOBOOT);
	for (;;)
		pause();
}

static int stdio_work(int fd, struct dcb_error *err)
{
	_cleanup_(dcb_job_deinit) struct dcb_job job = {0};
	char scratch[64];
	bool remove;
	int r = read_job(STDIN_FILENO, &job, err);

	if (r < 0)
		return r;
	r = agent_private_scratch(scratch, sizeof(scratch), &remove, err);
	if (r < 0)
		return r;
	r = agent_run_job(fd, &job, scratch, false, err);
	if (remove)
		dcb_dir_remove(scratch, NULL);
	return r;
}

static int stdio_run(struct dcb_error *err)
{
	int r = agent_send_hello(STDOUT_FILENO, NULL, err);

	if (r < 0)
		return r;
	r = stdio_work(STDOUT_FILENO, err);
	if (r < 0) {
		r = agent_send_error(STDOUT_FILENO, -1, false, err->message, err);
		if (r < 0)
			return r;
	}
	return agent_send_bye(STDOUT_FILENO, err);
}

int main(int argc, char **argv)
{
	struct dcb_error err = DCB_ERROR_NULL;

	if (argc > 1 && strcmp(argv[1], DCB_CONTAINER_INIT_ARG) == 0)
		return dcb_container_init_main(argc, argv);
	signal(SIGPIPE, SIG_IGN);
	/* The order of a hash table is not to depend on chance. */
	json_object_seed(1);
	if (argc != 2 || strcmp(argv[1], "--stdio") != 0) {
		if (getpid() == 1)
			guest_main();
		fprintf(stderr, "usage: %s --stdio < job.json > records\n", argv[0]);
		return 2;
	}
	if (stdio_run(&err) < 0) {
		fprintf(stderr, "%s: %s\n", argv[0], err.message);
		return 1;
	}
	return 0;
}
