/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * Members of a JSON object from the guest, each within bounds. Every getter demands its member, so
 * an object with as many members as were asked for has no unknown one. All fail with -EBADMSG.
 */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dcb_error;

#define DCB_FIELD_MAX_STRING 4096

/* Parses one text that holds one object: no duplicate keys, no NUL, no text behind it. */
int dcb_field_object(const char *text, size_t size, json_t **ret_object, struct dcb_error *err);
int dcb_field_members(const json_t *object, size_t n, struct dcb_error *err); /* exactly n */

int dcb_field_int(const json_t *object, const char *key, int64_t min, int64_t max,
		  int64_t *ret_value, struct dcb_error *err);
int dcb_field_number(const json_t *object, const char *key, double min, double max,
		     double *ret_value, struct dcb_error *err);
int dcb_field_bool(const json_t *object, const char *key, bool *ret_value, struct dcb_error *err);
/* At most DCB_FIELD_MAX_STRING of printable ASCII, so that no terminal can be steered by it. */
int dcb_field_text(const json_t *object, const char *key, const char **ret_value,
		   struct dcb_error *err);
/* A name; or NULL for null where that is allowed. */
int dcb_field_name(const json_t *object, const char *key, bool nullable, const char **ret_value,
		   struct dcb_error *err);
/* An object or array of at most max members. */
int dcb_field_list(const json_t *object, const char *key, json_type type, size_t max,
		   json_t **ret_list, struct dcb_error *err);

bool dcb_field_is_name(const char *text); /* [a-z0-9_-]{1,47} */
bool dcb_field_is_text(const json_t *value);
