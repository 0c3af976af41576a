/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* The state of a running boot. Only for boot*.c. */

#include "base/process.h"
#include "machines/boot.h"

#define DCB_CONSOLE_MAX_BYTES  (16 << 20)
#define DCB_CONSOLE_KEPT_BYTES (1 << 20)

/* Open files of the boot's folder; each written by the machine and read here. */
struct dcb_boot_files {
	/* Two descriptions each: a fdset of QEMU matches by access mode, and the reader of records
	 * has a position of its own. */
	int records_in, records_out;
	int console_in, console_out;
	int stderr_file; /* what QEMU itself says */
	int job;         /* stdio machines: job.json */
};

struct dcb_boot {
	struct dcb_boot_request request;
	struct dcb_boot_files files;
	struct dcb_process process;
	struct dcb_cgroup *cgroup;
	struct dcb_record_reader *reader;
	int epoll_fd, inotify_fd;
	int more_fd; /* an eventfd: records lie ready that no inotify event tells of */
	bool stdio;
	uint64_t records_bytes;
	double started_s, ended_s, first_record_s, bye_s; /* CLOCK_MONOTONIC; < 0: not yet */
	bool ended;
	struct dcb_exit exit;
	bool stopped; /* by us: outcome and reason stand */
	enum dcb_boot_outcome outcome;
	char *reason;
	char *agent_error;
	char *rejected;       /* bytes around the first bad record */
	size_t rejected_size; /* the agent's own failure */
};

/* records, console, stderr in the folder. */
int dcb_boot_files_open(struct dcb_boot_files *files, const struct dcb_boot_spec *spec,
			struct dcb_error *err);
int dcb_boot_files_open_job(struct dcb_boot_files *files, const struct dcb_boot_spec *spec,
			    struct dcb_error *err);
void dcb_boot_files_close(struct dcb_boot_files *files);
/* At most max bytes from the beginning of an open file; malloc'd and NUL-terminated. */
int dcb_boot_file_read(int fd, size_t max, char **ret_data, size_t *ret_size,
		       struct dcb_error *err);

/* After the end: console, findings, outcome and reason of the result. */
int dcb_boot_judge(const struct dcb_boot *boot, struct dcb_boot_result *result,
		   struct dcb_error *err);
/* A copy on one line, without what a terminal would obey. */
char *dcb_boot_one_line(const char *text);
