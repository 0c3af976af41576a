/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* Dentries of /proc/PID: by looking up names that every kernel has there and in task/TID. */

#include <stddef.h>
#include <sys/types.h>

struct dcb_error;

#define DCB_PROC_NAMES 12

/* Looks up the first n of the names in an open /proc/PID or task/TID; how many were there. */
size_t dcb_proc_lookup(int folder_fd, size_t n);
/* The same in /proc/PID and in each task/TID of it. */
int dcb_proc_fill(pid_t pid, size_t n, struct dcb_error *err);
/* Dentries of a process with so many threads, all told, after that. */
size_t dcb_proc_dentries(size_t threads, size_t n);
