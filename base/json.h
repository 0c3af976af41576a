/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* jansson, with what the lab demands on top: no NaN, no infinity, one way to print. */

#include <jansson.h>

struct dcb_error;

/* A whole number where the value is one (|value| <= 2^53), else a real; NULL for NaN and infinity.
 */
json_t *dcb_json_number(double value);
/* json_null() for NULL. */
json_t *dcb_json_string(const char *text);
/* Sorted keys, two spaces, a newline at the end; malloc'd. */
char *dcb_json_print(const json_t *value);
/* One line, sorted keys; malloc'd. */
char *dcb_json_line(const json_t *value);
int dcb_json_parse(const char *text, size_t size, json_t **ret_value, struct dcb_error *err);
/* The same for text from elsewhere: a usage error where it is no JSON, or might hold more than
 * `most` values. The smallest has two bytes of text, and takes a hundred of memory. */
int dcb_json_parse_foreign(const char *text, size_t size, size_t most, json_t **ret_value,
			   struct dcb_error *err);
