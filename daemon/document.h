/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * What another lab tells: a summary (schema/summary-v1.schema.json) or an event
 * (schema/event-v1.schema.json). Nothing of it is believed: all of it is checked against its
 * schema, and what lists and pages show of it has bounds and refers to what is there.
 */

#include <jansson.h>
#include <stddef.h>

#include "base/cleanup.h"
#include "schema/received.h"

struct dcb_error;

struct dcb_document {
	json_t *root;
	/* But lab, key, id and received_us; its texts live as long as root. */
	struct dcb_store_received row;
	char sha256[65];
};

#define DCB_DOCUMENT_NULL                                                                          \
	{                                                                                          \
		0                                                                                  \
	}

/* text: NUL-terminated behind `size`; borrowed. A usage error that says what is wrong with it. */
int dcb_document_read(struct dcb_document *document, const char *text, size_t size,
		      struct dcb_error *err);
void dcb_document_deinit(struct dcb_document *document);
