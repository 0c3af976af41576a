/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* Stored calibrations on standard output. */

#include <stdbool.h>
#include <stdint.h>

struct dcb_error;
struct dcb_store;

/* All, newest first, one line each; JSON: with their metrics. */
int dcb_calibrations_list(struct dcb_store *store, bool json, struct dcb_error *err);
/* One with its metrics. */
int dcb_calibration_print(struct dcb_store *store, int64_t id, bool json, bool *ret_holds,
			  struct dcb_error *err);
