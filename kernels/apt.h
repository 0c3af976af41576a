/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * Debian's packages through apt with folders of its own: the system's lists, configuration and
 * state stay untouched, signatures are verified against debian-archive-keyring. The mirror is the
 * one that the host's apt uses (apt-get indextargets), or options.mirror. A mirror that is called
 * .../debian is taken to have a .../debian-security beside it. Suites that a mirror lacks are left
 * out. A private mirror that signs with a key of its own names its keyring in the environment,
 * DCBENCH_KEYRING.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/arch.h"
#include "base/cleanup.h"
#include "base/file.h"

struct dcb_error;
struct dcb_sink;
struct dcb_apt;

/* folder: private, e.g. <cache>/apt. Takes no network yet. */
int dcb_apt_new(const char *folder, enum dcb_arch arch, const char *mirror, bool offline,
		const struct dcb_sink *sink, struct dcb_apt **ret_apt, struct dcb_error *err);
void dcb_apt_free(struct dcb_apt *apt);
DEFINE_CLEANUP(struct dcb_apt *, dcb_apt_free)
/* Fetches the package lists if they are older than max_age_s (0: always). 1 if it did, 0 if not. */
int dcb_apt_update(struct dcb_apt *apt, unsigned max_age_s, struct dcb_error *err);

struct dcb_apt_package {
	char *name;
	char *version;
	char *suite; /* "trixie-backports"; the first that has it */
	char *sha256;
	long long bytes;
};

/* All versions of all packages whose name matches a POSIX extended regular expression; needs
 * dcb_apt_update() before. */
int dcb_apt_list(struct dcb_apt *apt, const char *pattern, struct dcb_apt_package **ret_packages,
		 size_t *ret_n, struct dcb_error *err);
void dcb_apt_packages_free(struct dcb_apt_package *packages, size_t n);
/* The package and all that it depends on (not what is only recommended), preferably of its own
 * suite; to be freed as above. */
int dcb_apt_depends(struct dcb_apt *apt, const struct dcb_apt_package *package,
		    struct dcb_apt_package **ret_packages, size_t *ret_n, struct dcb_error *err);
/* Downloads and verifies one package into `into`; *ret_path is malloc'd. */
int dcb_apt_download(struct dcb_apt *apt, const struct dcb_apt_package *package, const char *into,
		     char **ret_path, struct dcb_error *err);
/* Unpacks the files of a .deb below `into`, which must be there. A path that leads out of it is
 * -EBADMSG; a symbolic link that does is left out. Files are the caller's, without special modes.
 */
int dcb_deb_extract(const char *deb, const char *into, struct dcb_error *err);
