/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * The guest agent: PID 1 of a lab guest, or, with --stdio, an ordinary program that takes a job on
 * its standard input and writes records to its standard output.
 */

#include <stdbool.h>
#include <stddef.h>

#include "guest/protocol.h"

struct dcb_error;

/* ---- agent-init.c: what a guest's user space needs, from nothing ---- */

int agent_mount_guest(struct dcb_error *err);
/* Settings that must be alike in every kernel that is compared. */
void agent_tune_guest(void);
/* Waits until boot work in the background is over, so that it does not share the CPU with what is
 * measured; false where it did not end in time. */
bool agent_settle(void);
int agent_load_modules(const struct dcb_job *job, struct dcb_error *err);
int agent_open_records(int *ret_fd, struct dcb_error *err);
/* The host's own tmpfs for --stdio, in a mount namespace of its own where that is allowed.
 * *ret_remove: the folder is an ordinary one, to be removed at the end. */
int agent_private_scratch(char *path, size_t size, bool *ret_remove, struct dcb_error *err);

/* ---- agent-records.c: the agent's end of the protocol ---- */

int agent_send(int fd, const struct dcb_record *record, struct dcb_error *err);
/* settled: see agent_settle(); NULL where nobody waited. */
int agent_send_hello(int fd, const char *settled, struct dcb_error *err);
int agent_send_error(int fd, int workload, bool unsupported, const char *message,
		     struct dcb_error *err);
int agent_send_bye(int fd, struct dcb_error *err);

/* ---- agent-settings.c ---- */

/* Fills at most max pairs {name, value}; the values live as long as the program. */
size_t agent_settings(struct dcb_record_pair *pairs, size_t max);

/* ---- agent-job.c: the workloads, a process each ---- */

/* guest: the lab's file systems and programs are at the root. */
int agent_run_job(int fd, const struct dcb_job *job, const char *scratch, bool guest,
		  struct dcb_error *err);
