/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * Child processes, held by pidfd (pidfd_open(2)), so that a signal cannot hit a stranger.
 * Every child dies with its parent (PR_SET_PDEATHSIG) and is killed and reaped by deinit.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct dcb_error;

struct dcb_process {
	pid_t pid;
	int pidfd;
};

#define DCB_PROCESS_NULL                                                                           \
	{                                                                                          \
		.pid = -1, .pidfd = -1                                                             \
	}

struct dcb_spawn {
	char *const *argv;    /* argv[0] is looked up in PATH */
	char *const *environ; /* NULL: the caller's */
	int stdin_fd;         /* -1: /dev/null */
	int stdout_fd;        /* -1: /dev/null; STDOUT_FILENO: the caller's */
	int stderr_fd;        /* likewise */
	const int *keep_fds;  /* inherited under the same numbers, whatever their CLOEXEC */
	size_t n_keep_fds;
	bool new_group; /* a process group of its own */
	uid_t uid;      /* (uid_t)-1: the caller's; else set with gid, groups dropped */
	gid_t gid;
	gid_t extra_group; /* (gid_t)-1: none; kept beside gid */
	/* Runs in the parent while the child waits before its exec: the place to put it into a
	 * cgroup. A negative result ends the child and the spawn. */
	int (*before_exec)(pid_t pid, void *context, struct dcb_error *err);
	void *context;
};

#define DCB_SPAWN_NULL                                                                             \
	{                                                                                          \
		.stdin_fd = -1, .stdout_fd = -1, .stderr_fd = -1, .uid = (uid_t)-1,                \
		.gid = (gid_t)-1, .extra_group = (gid_t)-1                                         \
	}

/* How a child ended: its exit code, or 128 + signal. */
struct dcb_exit {
	int code;
	int signal; /* 0 where it exited by itself */
};

int dcb_process_spawn(struct dcb_process *process, const struct dcb_spawn *spawn,
		      struct dcb_error *err);
/* 0 and *ret_exit once ended (reaped); -ETIMEDOUT while it runs. timeout_ms < 0 waits for good. */
int dcb_process_wait(struct dcb_process *process, int timeout_ms, struct dcb_exit *ret_exit);
int dcb_process_signal(const struct dcb_process *process, int signal);
/* SIGKILL, reap, close; safe on a null or finished process. */
void dcb_process_deinit(struct dcb_process *process);

/* What a short-lived command printed; both texts are NUL-terminated and cut at 64 MiB. */
struct dcb_output {
	struct dcb_exit exit;
	char *out;
	size_t out_size;
	char *err;
	size_t err_size;
};

#define DCB_OUTPUT_NULL                                                                            \
	{                                                                                          \
		0                                                                                  \
	}

void dcb_output_deinit(struct dcb_output *output);
/* Runs argv to its end with captured output; stdin_fd, uid, before_exec of *spawn are honoured.
 * -ETIMEDOUT after timeout_ms (the child is killed). A non-zero exit is not an error here. */
int dcb_process_run(const struct dcb_spawn *spawn, int timeout_ms, struct dcb_output *ret_output,
		    struct dcb_error *err);
/* The same for the common case: argv only, and a non-zero exit is an error whose message is
 * "<argv[0]>: <last line of its stderr>". */
int dcb_command(char *const *argv, int timeout_ms, struct dcb_output *ret_output,
		struct dcb_error *err);
/* The full path of a program in PATH (malloc'd); -ENOENT without a message. */
int dcb_program_find(const char *name, char **ret_path);
