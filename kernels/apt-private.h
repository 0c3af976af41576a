/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* What the files of apt share. */

#include "base/process.h"
#include "kernels/apt.h"

/* Where packages come from. The suites stand in the order in which they are preferred. */
struct dcb_apt_mirror {
	char *archive;
	char *security; /* NULL: none */
};

struct dcb_apt {
	char *folder;  /* <given>/<Debian's name of the arch>: apt removes lists of other arches */
	char *config;  /* <folder>/apt.conf */
	char *sources; /* <folder>/sources.list */
	char *mirror;  /* NULL: the host's */
	struct dcb_apt_mirror found; /* what that means; looked up once */
	enum dcb_arch arch;
	bool offline;
	const struct dcb_sink *sink;
};

void dcb_apt_mirror_deinit(struct dcb_apt_mirror *mirror);
int dcb_apt_mirror_find(const struct dcb_apt *apt, struct dcb_apt_mirror *ret_mirror,
			struct dcb_error *err);
/* The text of a sources.list; suites named in `missing` ("URI suite\n"...) are left out. NULL on
 * lack of memory, "" where no suite is left. */
char *dcb_apt_sources(const struct dcb_apt_mirror *mirror, const char *keyring,
		      const char *missing);

/* One user of the folder at a time. */
int dcb_apt_lock(struct dcb_apt *apt, int *ret_fd, struct dcb_error *err);
/* Runs apt-get or apt-cache with the private configuration, in `folder` if that is not NULL. A
 * non-zero exit is no error. */
int dcb_apt_run(struct dcb_apt *apt, const char *folder, char *const *argv, int timeout_ms,
		struct dcb_output *ret_output, struct dcb_error *err);
/* What to say where there is no apt. */
int dcb_apt_absent(const char *program, struct dcb_error *err);
/* Turns what apt complained about into an error: its first "E:" line, or what gpgv said. */
int dcb_apt_fail(const struct dcb_output *output, const char *doing, struct dcb_error *err);
