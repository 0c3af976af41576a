/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* One boot: a machine's program in its cgroup, from exec to the last record. */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "guest/protocol.h"
#include "machines/cgroup.h"
#include "machines/machine.h"

struct dcb_error;
struct dcb_boot;

/* How a boot ended. Only the first is a good one; the lab's own faults are errors of the calls. */
enum dcb_boot_outcome {
	DCB_BOOT_OK,       /* bye, then a clean power-off */
	DCB_BOOT_PANIC,    /* the console shows a panic, or the guest reset itself */
	DCB_BOOT_HANG,     /* deadline, or no output though it runs: killed */
	DCB_BOOT_FLOOD,    /* more records or console than the bounds allow: killed */
	DCB_BOOT_PROTOCOL, /* a record that is not one, or out of order: killed */
	DCB_BOOT_DIED,     /* ended without bye, console quiet */
	DCB_BOOT_ERROR,    /* the agent reported that it failed */
	DCB_BOOT_MACHINE,  /* QEMU itself failed: a failure of the lab, not of the kernel */
};

const char *dcb_boot_outcome_name(enum dcb_boot_outcome outcome); /* "ok", "panic", ... */

/* Found on the console. */
struct dcb_console_finding {
	const char *name; /* "panic", "oops", "warning", "soft-lockup", "rcu-stall", "hung-task",
			     "lockdep", "kasan" */
	char *line;       /* the first line of the first one */
	unsigned count;
};

struct dcb_boot_result {
	enum dcb_boot_outcome outcome;
	char *reason;          /* one line; NULL for ok */
	double wall_s;         /* exec to end */
	double first_record_s; /* exec to the first record; < 0: none came */
	struct dcb_cgroup_usage usage;
	char *console; /* whole up to 1 MiB, else its beginning and end with a line between */
	size_t console_size;
	char *rejected; /* of DCB_BOOT_PROTOCOL: the bytes around the record that was none; or NULL
			 */
	size_t rejected_size;
	struct dcb_console_finding findings[8];
	size_t n_findings;
};

void dcb_boot_result_deinit(struct dcb_boot_result *result);

struct dcb_boot_request {
	const struct dcb_machine_ops *machine;
	struct dcb_boot_spec spec;
	const char *cgroup_name; /* NULL: without one (--cgroup off) */
	struct dcb_cgroup_limits limits;
	dcb_record_handler handler;
	void *context;
};

/* Starts it; strings of the request must outlive the boot. */
int dcb_boot_start(const struct dcb_boot_request *request, struct dcb_boot **ret_boot,
		   struct dcb_error *err);
/* Readable when it is worth calling step; for poll(2), with a timeout of at most 100 ms. */
int dcb_boot_fd(const struct dcb_boot *boot);
/* Reads what has come, calls the handler, enforces bounds and deadline. 1: still running, 0: ended
 * (call finish). A negative result is the lab's failure (the handler's included). */
int dcb_boot_step(struct dcb_boot *boot, struct dcb_error *err);
/* After the end: the result. Before it: kills first. */
int dcb_boot_finish(struct dcb_boot *boot, struct dcb_boot_result *ret_result,
		    struct dcb_error *err);
void dcb_boot_free(struct dcb_boot *boot); /* kills what still runs; leaves nothing */
