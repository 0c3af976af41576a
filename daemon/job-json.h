/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

#include <jansson.h>

#include "schema/jobs.h"

/* Rows as the API tells them; NULL on lack of memory. progress: the last line, or NULL. */
json_t *dcb_job_to_json(const struct dcb_store_job *job, const char *progress);
json_t *dcb_delivery_to_json(const struct dcb_store_delivery *delivery);
