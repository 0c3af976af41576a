/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* A store in a temporary folder with one run: kernels base and fixed, workloads dying-dentry, null.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "schema/store.h"

#define SHA_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define SHA_B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define SHA_C "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
#define SHA_D "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"

struct fixture {
	char *folder, *path;
	struct dcb_store *store;
	int64_t run;
};

static const struct dcb_store_run_kernel fixture_kernels[] = {
	{"base",
	 "debian:6.12",
	 {0, SHA_A, "6.12.117+deb13-cloud-arm64", "arm64", "{\"kind\":\"debian\"}"}},
	{"fixed",
	 "debian:7.3",
	 {0, SHA_B, "7.3.4+deb13-cloud-arm64", "arm64", "{\"kind\":\"debian\"}"}},
	{"other",
	 "debian:7.0",
	 {0, SHA_C, "7.0.9+deb13-cloud-arm64", "arm64", "{\"kind\":\"debian\"}"}},
	{"bare",
	 "debian:7.1",
	 {0, SHA_D, "7.1.13+deb13-cloud-arm64", "arm64", "{\"kind\":\"debian\"}"}},
};

static const struct dcb_store_run_workload fixture_workloads[] = {
	{"dying-dentry", "op=rmdir,size=600M,waiters=1"},
	{"null", ""},
};

static inline struct dcb_store_run fixture_run(void)
{
	return (struct dcb_store_run){
		.state = DCB_RUN_RUNNING,
		.owner = "boot/1/2",
		.created_us = 1700000000000000,
		.machine = "icount",
		.arch = "arm64",
		.seed = 42,
		.blocks = 3,
		.base = "base",
		.plan = "{\"blocks\":3}",
		.fingerprint = "{\"host\":\"x\"}",
	};
}

static inline int64_t fixture_create(struct dcb_store *store, const struct dcb_store_run *run,
				     size_t n_kernels)
{
	struct dcb_error err = DCB_ERROR_NULL;
	int64_t id = 0;
	int r;

	r = dcb_store_create_run(store, run, fixture_kernels, n_kernels, fixture_workloads,
				 ARRAY_SIZE(fixture_workloads), &id, &err);
	if (r < 0)
		fail_msg("%s", err.message);
	return id;
}

static inline int fixture_setup(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct dcb_error err = DCB_ERROR_NULL;
	struct dcb_store_run run = fixture_run();

	assert_non_null(fixture);
	assert_int_equal(dcb_dir_temporary("/tmp", "dcb-store-", &fixture->folder, &err), 0);
	fixture->path = dcb_format("%s/a.db", fixture->folder);
	assert_non_null(fixture->path);
	if (dcb_store_open(fixture->path, DCB_STORE_WRITE, &fixture->store, &err) < 0)
		fail_msg("%s", err.message);
	fixture->run = fixture_create(fixture->store, &run, 2);
	*state = fixture;
	return 0;
}

static inline int fixture_teardown(void **state)
{
	struct fixture *fixture = *state;

	dcb_store_close(fixture->store);
	dcb_dir_removep(&fixture->folder);
	free(fixture->path);
	free(fixture);
	return 0;
}

static inline struct dcb_store_boot fixture_boot(size_t kernel, int64_t block, const char *state)
{
	return (struct dcb_store_boot){
		.kernel = kernel,
		.block = block,
		.position = block * 10 + (int64_t)kernel,
		.seed = 1000 + block,
		.state = state,
		.started_us = 1700000001000000,
		.wall_s = 5.5,
		.guest_s = 2.5,
		.hello_guest_s = 0.75,
		.first_record_s = 1.25,
		.cpu_s = 5.0,
		.memory_peak_bytes = 268435456,
		.agent_s = 1.5,
	};
}
