/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* Everything about the host that could matter to a figure, as JSON. What cannot be read is null. */

#include <jansson.h>

#include "lab/plan.h"
#include "lab/prepare.h"

struct dcb_error;

int dcb_fingerprint(const struct dcb_plan *plan, const struct dcb_prepared *prepared,
		    json_t **ret_json, struct dcb_error *err);
