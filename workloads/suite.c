// SPDX-License-Identifier: GPL-2.0-only
#include "workloads/suite.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/option.h"

/* Every door into a dying dentry, and what a waiter's spinning does to others. */
#define SUITE_DEFECT                                                                               \
	"dying-dentry", "dying-dentry:op=rename", "dying-dentry:op=tmpfile",                       \
		"dying-dentry:fs=overlay", "dying-dentry:fs=ext4", "dying-dentry:fs=btrfs",        \
		"dying-dentry:fs=xfs,size=192M,iterations=4", "overlay-upper", "subvolume-delete", \
		"fuse-inval", "fuse-inval:op=revalidate", "container-teardown",                    \
		"massive-unmount:" UNMOUNT_CLEANERS, "inversion", "inversion:policy=fifo",         \
		"collateral", "shrink-list", "proc-exit", "proc-exit:fifo=yes,threads=16"
#define UNMOUNT_CLEANERS "type=overlay,mounts=8,dentries=20,cleaners=2,open_deleted=16M"

/* Nobody is dying: a fix must cost nothing here. */
#define SUITE_NORMAL                                                                               \
	"null", "lookup-control", "negative-flood", "negative-flood:op=rename",                    \
		"tree-rm:lookups=0,creates=0", "proc-exit:observers=0,threads=1",                  \
		"massive-unmount", "container-teardown:eager=no"

#define SUITE_TEARDOWN                                                                             \
	"container-teardown", "container-teardown:eager=no", "container-churn", "massive-unmount", \
		"massive-unmount:mode=parallel", "massive-unmount:mode=lazy",                      \
		"massive-unmount:mode=namespace", "massive-unmount:type=overlay",                  \
		"massive-unmount:type=bind,peers=2", "tree-rm", "tree-rm:reclaim=drop",            \
		"proc-exit", "dcache-shrink", "dcache-shrink:op=umount"

/* Each workload once, as small as still tells. */
#define SUITE_QUICK                                                                                \
	"null", "collateral:iterations=2,size=64M", "container-churn:iterations=1,count=2",        \
		"container-teardown:iterations=1,containers=2", "dcache-shrink:iterations=2",      \
		"dying-dentry:iterations=3,size=32M", "dying-dentry:iterations=2,fs=ext4",         \
		"fuse-inval:iterations=2", "inversion:iterations=2,size=16M",                      \
		"lookup-control:iterations=2,count=200", "massive-unmount:iterations=2,mounts=20", \
		"negative-flood:iterations=2", "overlay-upper:iterations=2",                       \
		"proc-exit:iterations=2,tasks=20", "shrink-list:iterations=2",                     \
		"subvolume-delete:iterations=2", "tree-rm:iterations=2"

static const char *const defect[] = {SUITE_DEFECT, NULL};
static const char *const normal[] = {SUITE_NORMAL, NULL};
static const char *const teardown[] = {SUITE_TEARDOWN, NULL};
static const char *const quick[] = {SUITE_QUICK, NULL};
static const char *const all[] = {
	SUITE_DEFECT, SUITE_NORMAL, SUITE_TEARDOWN, "container-teardown:runtime=crun", NULL,
};

const struct dcb_suite dcb_suites[] = {
	{"defect", "every door into a dying dentry: who spins, and what it does to others", defect},
	{"normal", "nobody is dying: what a fix must not cost", normal},
	{"teardown", "throughput and latency of containers, mounts, trees and processes", teardown},
	{"quick", "every workload once, at a small dose", quick},
	{"all", "all of them at their doses", all},
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
