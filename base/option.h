/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * Options as rows of a table. The same parser serves command lines, plan files and the parameters
 * of workloads, so that a bad value reads the same everywhere: what, where, what is allowed.
 */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dcb_error;

enum dcb_option_type {
	DCB_OPTION_BOOL,     /* bool;    yes|no|true|false|1|0 */
	DCB_OPTION_INT,      /* int64_t; decimal */
	DCB_OPTION_SIZE,     /* int64_t; bytes, with K, M, G (1024) behind; "64M" */
	DCB_OPTION_STRING,   /* char *, malloc'd, owned by the struct */
	DCB_OPTION_CHOICE,   /* int;     index into choices */
	DCB_OPTION_LIST,     /* char **, NULL-terminated, malloc'd; setting it again appends */
	DCB_OPTION_DURATION, /* int64_t; seconds, with s, m, h, d behind; "90m" */
};

struct dcb_option {
	const char *name;
	enum dcb_option_type type;
	size_t offset;        /* of the field in the struct; offsetof() */
	int64_t min, max;     /* INT, SIZE and DURATION, both inclusive */
	const char *choices;  /* CHOICE: "rmdir,rename" */
	const char *fallback; /* default, as text; NULL: STRING stays NULL, others zero */
	const char *help;
};

/* A table ends with a row whose name is NULL. `where` names the place for messages, e.g.
 * "workload dying-dentry" or "nightly.plan:12". */
int dcb_options_init(const struct dcb_option *options, void *values, struct dcb_error *err);
void dcb_options_deinit(const struct dcb_option *options, void *values);
int dcb_options_set(const struct dcb_option *options, void *values, const char *key,
		    const char *value, const char *where, struct dcb_error *err);
/* "key=value,key=value" */
int dcb_options_parse(const struct dcb_option *options, void *values, const char *list,
		      const char *where, struct dcb_error *err);
const struct dcb_option *dcb_option_find(const struct dcb_option *options, const char *key);
/* One value as dcb_options_set() takes it ("64M", "rmdir"); malloc'd. */
char *dcb_option_format(const struct dcb_option *option, const void *values);
/* Every key as "key=value,...", in table order: the canonical text of the values; malloc'd. */
char *dcb_options_format(const struct dcb_option *options, const void *values);
/* "64M", "600M", "1536K", "123": the shortest exact text; malloc'd. */
char *dcb_size_format(int64_t bytes);
int dcb_size_parse(const char *text, int64_t *ret_bytes); /* -EINVAL, -ERANGE */
/* "90s", "90m", "2h", "1d"; "0" and no other number stands without a unit. The shortest exact text;
 * malloc'd. */
char *dcb_duration_format(int64_t seconds);
int dcb_duration_parse(const char *text, int64_t *ret_seconds); /* -EINVAL, -ERANGE */
/* The table for `--json` listings: [{name, type, default, min, max, choices, help}]. */
json_t *dcb_options_to_json(const struct dcb_option *options);
/* The name nearest to `word` by edit distance, or NULL if none is near (for "did you mean"). */
const char *dcb_nearest(const char *word, const char *const *names, size_t n_names);
