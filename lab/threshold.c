// SPDX-License-Identifier: GPL-2.0-only
#include "lab/threshold.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

/* One entry of the list, borrowed from the text. */
struct entry {
	const char *name; /* of name_size characters; 0: for all */
	size_t name_size;
	double share;
};

/* 1: *ret_entry is the next, and *text behind it; 0: the end; -1: malformed. */
static int next_entry(const char **text, struct entry *ret_entry)
{
	const char *start = *text, *equals, *value;
	size_t size = strcspn(start, ",");
	char *end;
	double percent;

	if (!*start)
		return 0;
	equals = memchr(start, '=', size);
	value = equals ? equals + 1 : start;
	if (equals == start || *value < '0' || *value > '9')
		return -1;
	percent = strtod(value, &end);
	if (*end != '%' || end + 1 != start + size || !(percent >= 0 && percent <= 100))
		return -1;
	*ret_entry = (struct entry){
		.name = start,
		.name_size = equals ? (size_t)(equals - start) : 0,
		.share = percent / 100,
	};
	*text = start + size + (start[size] == ',');
	return 1;
}

static bool is(const char *text, size_t size, const char *name)
{
	return strlen(name) == size && strncmp(text, name, size) == 0;
}

/* How many parts of the name say this metric; -1 where one says another. */
static int fits(const struct entry *entry, const char *workload, const char *role,
		const char *metric)
{
	const char *name = entry->name, *end = name + entry->name_size, *stop;
	int parts = 1;

	if (!entry->name_size)
		return 0;
	stop = memchr(name, '/', (size_t)(end - name));
	if (stop) {
		if (!is(name, (size_t)(stop - name), workload))
			return -1;
		name = stop + 1;
		parts++;
	}
	stop = memchr(name, '.', (size_t)(end - name));
	if (stop) {
		if (!is(name, (size_t)(stop - name), role))
			return -1;
		name = stop + 1;
		parts++;
	}
	return is(name, (size_t)(end - name), metric) ? parts : -1;
}

int dcb_threshold_check(const char *text, const char *where, struct dcb_error *err)
{
	const char *rest = text;
	struct entry entry;
	int r;

	if (!*text)
		return dcb_error_usage(err, "%s: empty: give 1%%, or NAME=2%%", where);
	while ((r = next_entry(&rest, &entry)) > 0)
		;
	if (r < 0)
		return dcb_error_usage(err,
				       "%s: \"%.60s\": give a share from 0%% to 100%%, or "
				       "NAME=SHARE,... with METRIC, ROLE.METRIC or "
				       "WORKLOAD/ROLE.METRIC",
				       where, rest);
	return 0;
}

const char *dcb_threshold_planned(const json_t *plan)
{
	const char *text = json_string_value(
		json_object_get(json_object_get(plan, "options"), "threshold"));

	return text && dcb_threshold_check(text, "stored plan", NULL) == 0 ? text : NULL;
}

double dcb_threshold_find(const char *text, const char *workload, const char *role,
			  const char *metric)
{
	double share = DCB_THRESHOLD_DEFAULT;
	struct entry entry;
	int best = 0;

	while (text && next_entry(&text, &entry) > 0) {
		int parts = fits(&entry, workload, role, metric);

		if (parts >= best) {
			best = parts;
			share = entry.share;
		}
	}
	return share;
}
