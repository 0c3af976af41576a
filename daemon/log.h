/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * The log of the daemon and of its jobs. Where stderr is the journal's (JOURNAL_STREAM, see
 * systemd.exec(5)) a line goes there with fields JOB_ID, RUN_ID, KERNEL, and a WORKLOAD for each;
 * else to stderr with its priority in front, as sd-daemon(3) has it.
 */

#include <stdbool.h>

struct dcb_about;

bool dcb_log_is_journal(void);
/* priority: LOG_INFO, LOG_ERR, as of syslog(3). about: may be NULL. */
void dcb_log_line(int priority, const struct dcb_about *about, const char *text);
