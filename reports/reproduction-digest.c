// SPDX-License-Identifier: GPL-2.0-only
#include "reports/reproduction-private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"

const char *const dcb_reproduction_options[] = {
	"base", "machine", "arch", "blocks", "seed", "cpus", "memory", "deadline", NULL,
};

static long long number_of(const json_t *object, const char *key)
{
	return (long long)json_integer_value(json_object_get(object, key));
}

int dcb_reproduction_digest(const json_t *series, char ret_sha256[DCB_SHA256_HEX])
{
	_cleanup_free_ char *text = NULL;
	size_t size, i;
	json_t *item;
	FILE *file = open_memstream(&text, &size);
	int failed;

	if (!file)
		return -ENOMEM;
	json_array_foreach((json_t *)series, i, item)
	{
		const char *role = dcb_reproduction_text(item, "role");

		fprintf(file, "%s %lld %lld %s %s %s\n", dcb_reproduction_text(item, "kernel"),
			number_of(item, "block"), number_of(item, "workload"), *role ? role : "-",
			dcb_reproduction_text(item, "metric"),
			dcb_reproduction_text(item, "sha256"));
	}
	failed = ferror(file) | fclose(file);
	if (failed)
		return -ENOMEM;
	dcb_sha256(text, size, ret_sha256);
	return 0;
}

int dcb_reproduction_plan_digest(const json_t *plan, char ret_sha256[DCB_SHA256_HEX])
{
	_cleanup_free_ char *line = dcb_json_line(plan);

	if (!line)
		return -ENOMEM;
	dcb_sha256(line, strlen(line), ret_sha256);
	return 0;
}
