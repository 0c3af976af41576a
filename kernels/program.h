/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * Debian's programs for guests: /usr/bin/<package> of a package, its loader and the libraries that
 * it needs, of the guest's architecture and of one Debian release. apt finds the packages and
 * verifies them; of their files only those that the loader will ask for are kept, in a cache, so
 * that a second call touches no network.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/arch.h"
#include "base/cleanup.h"

struct dcb_error;
struct dcb_sink;

struct dcb_program_options {
	const char *cache;  /* files are in <cache>/programs/<arch>/<package>/ */
	const char *mirror; /* NULL: the one of the host's apt */
	bool offline;
	const struct dcb_sink *sink;
};

struct dcb_program {
	char *package, *version;
	/* n guest paths in order, and behind them nothing: "/programs/crun",
	 * "/usr/lib/aarch64-linux-gnu/libc.so.6"... */
	char **names;
	char **sources; /* the same files on the host */
	size_t n;
};

int dcb_program_get(const char *package, enum dcb_arch arch,
		    const struct dcb_program_options *options, struct dcb_program **ret_program,
		    struct dcb_error *err);
void dcb_program_free(struct dcb_program *program);
DEFINE_CLEANUP(struct dcb_program *, dcb_program_free)
