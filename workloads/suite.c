// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/suite.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/option.h"

/* Every door into a dying dentry: a kernel of 6.8 to 7.0 must show the busy-wait in each. */
#define SUITE_DEFECT                                                                               \
	"dying-dentry", "dying-dentry:op=rename", "dying-dentry:op=tmpfile",                       \
		"dying-dentry:fs=overlay"

/* Nobody is dying: a fix must cost nothing here. */
#define SUITE_NORMAL "null"

static const char *const defect[] = {SUITE_DEFECT, NULL};
static const char *const normal[] = {SUITE_NORMAL, NULL};

const struct dcb_suite dcb_suites[] = {
	{"defect", "every door into a dying dentry: who spins", defect},
	{"normal", "no contention: what a fix must not cost", normal},
};

const size_t dcb_n_suites = ARRAY_SIZE(dcb_suites);

int dcb_suite_find(const char *name, const struct dcb_suite **ret_suite, struct dcb_error *err)
{
	const char *names[ARRAY_SIZE(dcb_suites)];
	const char *nearest;

	for (size_t i = 0; i < dcb_n_suites; i++) {
		names[i] = dcb_suites[i].name;
		if (strcmp(names[i], name) == 0) {
			*ret_suite = &dcb_suites[i];
			return 0;
		}
	}
	nearest = dcb_nearest(name, names, dcb_n_suites);
	if (nearest)
		return dcb_error_usage(err, "unknown suite '%s'; did you mean '%s'?", name,
				       nearest);
	return dcb_error_usage(err, "unknown suite '%s'; `dcbench workloads` lists them", name);
}
