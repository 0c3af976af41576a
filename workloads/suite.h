/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* Suites: named lists of workloads with their doses, for a question that many of them answer. */

#include <stddef.h>

struct dcb_error;

struct dcb_suite {
	const char *name;
	const char *summary;
	const char *const *workloads; /* "dying-dentry:fs=ext4"; ends with NULL */
};

extern const struct dcb_suite dcb_suites[];
extern const size_t dcb_n_suites;
/* Usage error with the nearest name for an unknown one. */
int dcb_suite_find(const char *name, const struct dcb_suite **ret_suite, struct dcb_error *err);
