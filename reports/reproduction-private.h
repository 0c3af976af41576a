/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* What writing and reading of reproductions share. */

#include <jansson.h>

#include "base/file.h"

/* The options of a plan that fix the digits; ends with NULL. */
extern const char *const dcb_reproduction_options[];

/* NULL where there is no such text. */
static inline const char *dcb_reproduction_text(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

/* Of the list "series", whose members must be there. -ENOMEM. */
int dcb_reproduction_digest(const json_t *series, char ret_sha256[DCB_SHA256_HEX]);
/* Of the plan as one line with sorted keys. -ENOMEM. */
int dcb_reproduction_plan_digest(const json_t *plan, char ret_sha256[DCB_SHA256_HEX]);
