/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* The JSON Schemas of what labs tell each other, as text; see base/json-schema.h. */
extern const char dcb_summary_schema[]; /* summary-v1.schema.json */
extern const char dcb_event_schema[];   /* event-v1.schema.json */
