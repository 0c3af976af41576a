/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * Which host a fingerprint is of, as far as its noise goes: CPU model and number of CPUs, how its
 * clock and threads are set, the host's kernel, and QEMU. Not the machine's id: two hosts that are
 * alike in all of this are taken as one, and one whose kernel or QEMU was renewed as another.
 */

#include <jansson.h>

#include "base/file.h"

struct dcb_error;

/* fingerprint: by lab/fingerprint.h, as it is stored with a run. *ret_text (malloc'd): one line of
 * JSON, ret_digest: its sha256. */
int dcb_host_describe(const json_t *fingerprint, char **ret_text, char ret_digest[DCB_SHA256_HEX],
		      struct dcb_error *err);
