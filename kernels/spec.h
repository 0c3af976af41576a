/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* What a kernel spec says, before anything is looked up. */

struct dcb_error;

enum dcb_spec_kind {
	DCB_SPEC_LATEST,  /* debian:latest */
	DCB_SPEC_SERIES,  /* debian:6.12 */
	DCB_SPEC_VERSION, /* debian:6.18.15 */
	DCB_SPEC_RELEASE, /* debian:6.12.117+deb13-cloud-arm64, with or without the flavour */
	DCB_SPEC_FILE,
	DCB_SPEC_TREE,
};

struct dcb_spec {
	enum dcb_spec_kind kind;
	char *value; /* what stands behind the colon, or the path */
};

#define DCB_SPEC_NULL                                                                              \
	{                                                                                          \
		0                                                                                  \
	}

/* A malformed spec is a usage error. */
int dcb_spec_parse(const char *text, struct dcb_spec *ret_spec, struct dcb_error *err);
void dcb_spec_deinit(struct dcb_spec *spec);
