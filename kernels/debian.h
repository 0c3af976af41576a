/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * Debian's cloud kernels. Up to 6.18 one package, linux-image-RELEASE, holds image, configuration
 * and modules; from 6.19 on that is an empty shell, and there are linux-binary-RELEASE (the image),
 * linux-base-RELEASE (the configuration) and linux-modules-RELEASE, the latter two not always.
 */

#include "kernels/apt.h"
#include "kernels/spec.h"
#include "kernels/store.h"

/* Points into the list of packages, but for what is malloc'd. */
struct dcb_debian_choice {
	char *release; /* "6.12.117+deb13-cloud-amd64"; malloc'd */
	char *version; /* "6.12.117"; malloc'd */
	const struct dcb_apt_package *image;
	const struct dcb_apt_package *modules; /* NULL: none to be had, or in the image's package */
	const struct dcb_apt_package *base;    /* likewise */
	bool split;                            /* the newer layout */
};

#define DCB_DEBIAN_CHOICE_NULL                                                                     \
	{                                                                                          \
		0                                                                                  \
	}

void dcb_debian_choice_deinit(struct dcb_debian_choice *choice);
/* The newest kernel that the spec means: by kernel version, then by Debian's; signed rather than
 * unsigned. A usage error that names the nearest where there is none. */
int dcb_debian_choose(const struct dcb_apt_package *packages, size_t n_packages,
		      const struct dcb_spec *spec, enum dcb_arch arch,
		      struct dcb_debian_choice *ret_choice, struct dcb_error *err);
/* Fetches, unpacks and stores it. Call under the store's lock. */
int dcb_debian_fetch(struct dcb_kernel_store *store, struct dcb_apt *apt,
		     const struct dcb_debian_choice *choice, enum dcb_arch arch,
		     struct dcb_kernel **ret_kernel, struct dcb_error *err);
/* All of it: a debian: spec, by the index of the store, else through apt. */
int dcb_debian_get(struct dcb_kernel_store *store, const struct dcb_spec *spec, enum dcb_arch arch,
		   const struct dcb_kernel_options *options, struct dcb_kernel **ret_kernel,
		   struct dcb_error *err);
