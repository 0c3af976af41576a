/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * JSON documents against a JSON Schema (draft 2020-12): the keywords that this project's own
 * schemas use, and no others.
 *
 *   type const enum anyOf $ref ("#/$defs/NAME") properties required additionalProperties items
 *   minItems maxItems minLength maxLength pattern (SHA-256 alone) minimum maximum exclusiveMinimum
 *
 * $schema, $id, $defs, title and description say nothing. Stricter than the draft in that 1.0 is no
 * integer and minLength counts bytes.
 */

#include <jansson.h>

struct dcb_error;

/* 0, or a usage error that says where and why: "comparisons[3].verdict: is none of those allowed".
 * -ENOTSUP where the schema itself asks for something unknown: nothing passes by being overlooked.
 */
int dcb_json_validate(const json_t *schema, const json_t *value, struct dcb_error *err);
