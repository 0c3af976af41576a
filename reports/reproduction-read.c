// SPDX-License-Identifier: GPL-2.0-only
/* A summary from elsewhere: nothing in it is believed, everything has a bound. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "guest/protocol.h"
#include "lab/plan.h"
#include "reports/reproduction-document.h"
#include "reports/reproduction-private.h"
#include "reports/text.h"

#define VERSION    "dcbench-summary/1"
#define MAX_BYTES  (64 << 20)
#define MAX_BLOCKS 10000
#define MAX_VALUE  64 /* characters of a number */

void dcb_reproduction_free(struct dcb_reproduction *reproduction)
{
	if (!reproduction)
		return;
	dcb_identity_side_deinit(&reproduction->side);
	json_decref(reproduction->root);
	free(reproduction->contradiction);
	free(reproduction->path);
	free(reproduction);
}

/* ---- small things ---- */

/* A name as the lab gives them: nothing that a terminal or a line could stumble on. */
static bool is_name(const char *text, bool empty)
{
	size_t n = text ? strlen(text) : 0;

	if (!text || n > DCB_RECORD_MAX_NAME || (n == 0 && !empty))
		return false;
	for (; *text; text++)
		if (*text <= ' ' || *text > '~')
			return false;
	return true;
}

static bool is_digest(const char *text)
{
	return text && strlen(text) == DCB_SHA256_HEX - 1 &&
	       strspn(text, "0123456789abcdef") == DCB_SHA256_HEX - 1;
}

static bool is_count(const json_t *value, json_int_t end)
{
	return json_is_integer(value) && json_integer_value(value) >= 0 &&
	       json_integer_value(value) < end;
}

/* Only the first is kept. */
static int contradicts(struct dcb_reproduction *reproduction, char *text, struct dcb_error *err)
{
	if (!text)
		return dcb_error_oom(err);
	if (reproduction->contradiction)
		free(text);
	else
		reproduction->contradiction = text;
	return 0;
}

const json_t *dcb_reproduction_named(const json_t *list, const char *name)
{
	const json_t *item;
	size_t i;

	json_array_foreach((json_t *)list, i, item)
	{
		const char *other = dcb_reproduction_text(item, "name");

		if (other && strcmp(other, name) == 0)
			return item;
	}
	return NULL;
}

/* ---- what was run ---- */

static int read_kernel(struct dcb_reproduction *reproduction, size_t i, struct dcb_error *err)
{
	const json_t *kernel = json_array_get(reproduction->kernels, i);
	const json_t *planned = json_array_get(json_object_get(reproduction->plan, "kernels"), i);
	const char *name = dcb_reproduction_text(kernel, "name"),
		   *again = dcb_reproduction_text(planned, "name");
	const char *sha256 = dcb_reproduction_text(kernel, "sha256"), *told;

	if (!is_name(name, false) || !is_digest(sha256) ||
	    !json_is_boolean(json_object_get(kernel, "exact")))
		return dcb_error_usage(
			err, "kernel %zu of \"reproduction\" lacks a name or a digest", i);
	if (!again || strcmp(name, again) != 0)
		return dcb_error_usage(err, "the plan's kernels are not those of \"reproduction\"");
	told = dcb_reproduction_text(
		dcb_reproduction_named(json_object_get(reproduction->root, "kernels"), name),
		"sha256");
	if (!told)
		return dcb_error_usage(err, "kernel %s is not among the run's", name);
	if (strcmp(told, sha256) != 0 &&
	    contradicts(reproduction, dcb_format("kernel %s has two digests", name), err) < 0)
		return -ENOMEM;
	return dcb_identity_add_kernel(&reproduction->side, strdup(sha256), strdup(name), err);
}

static int read_plan(struct dcb_reproduction *reproduction, struct dcb_error *err)
{
	const json_t *kernels = json_object_get(reproduction->plan, "kernels");
	const json_t *workloads = json_object_get(reproduction->plan, "workloads");
	const char *told = dcb_reproduction_text(reproduction->json, "plan_sha256");
	char sha256[DCB_SHA256_HEX];
	const json_t *item;
	size_t i;
	int r;

	if (json_array_size(kernels) == 0 || json_array_size(kernels) > DCB_PLAN_MAX_KERNELS ||
	    json_array_size(reproduction->kernels) != json_array_size(kernels) ||
	    json_array_size(workloads) == 0 || json_array_size(workloads) > DCB_JOB_MAX_WORKLOADS ||
	    !is_digest(told))
		return dcb_error_usage(err,
				       "\"reproduction\" has no plan of kernels and workloads");
	for (i = 0; i < json_array_size(kernels); i++) {
		r = read_kernel(reproduction, i, err);
		if (r < 0)
			return r;
	}
	json_array_foreach((json_t *)workloads, i, item)
	{
		const char *name = dcb_reproduction_text(item, "name"),
			   *params = dcb_reproduction_text(item, "params");

		if (!is_name(name, false) || !params)
			return dcb_error_usage(
				err, "workload %zu of the plan lacks its name or keys", i);
		r = dcb_identity_add_workload(&reproduction->side,
					      dcb_format("%s:%s", name, params), err);
		if (r < 0)
			return r;
	}
	if (dcb_reproduction_plan_digest(reproduction->plan, sha256) < 0)
		return dcb_error_oom(err);
	return strcmp(sha256, told) == 0
		       ? 0
		       : contradicts(reproduction, strdup("the plan does not have its digest"),
				     err);
}

static int read_seeds(struct dcb_reproduction *reproduction, struct dcb_error *err)
{
	const json_t *seed;
	size_t i;

	reproduction->seeds = json_object_get(reproduction->json, "seeds");
	if (!json_is_array(reproduction->seeds) ||
	    json_array_size(reproduction->seeds) > MAX_BLOCKS)
		return dcb_error_usage(err, "\"reproduction\" has no seeds");
	json_array_foreach((json_t *)reproduction->seeds, i, seed)
	{
		if (!json_is_integer(seed) && !json_is_null(seed))
			return dcb_error_usage(err, "the seed of block %zu is no number", i);
	}
	return 0;
}

/* ---- samples ---- */

static size_t kernel_of(const struct dcb_reproduction *reproduction, const char *name)
{
	for (size_t i = 0; name && i < reproduction->side.n_kernels; i++)
		if (strcmp(reproduction->side.names[i], name) == 0)
			return i;
	return SIZE_MAX;
}

/* Does a follow b in the canonical order. */
static bool follows(const struct dcb_reproduction *reproduction, const json_t *a, const json_t *b)
{
	const json_int_t x[] = {
		json_integer_value(json_object_get(a, "workload")),
		(json_int_t)kernel_of(reproduction, dcb_reproduction_text(a, "kernel")),
		json_integer_value(json_object_get(a, "block"))};
	const json_int_t y[] = {
		json_integer_value(json_object_get(b, "workload")),
		(json_int_t)kernel_of(reproduction, dcb_reproduction_text(b, "kernel")),
		json_integer_value(json_object_get(b, "block"))};
	int order;

	for (size_t i = 0; i < ARRAY_SIZE(x); i++)
		if (x[i] != y[i])
			return x[i] > y[i];
	order = strcmp(dcb_reproduction_text(a, "role"), dcb_reproduction_text(b, "role"));
	return order ? order > 0
		     : strcmp(dcb_reproduction_text(a, "metric"),
			      dcb_reproduction_text(b, "metric")) > 0;
}

static char *series_text(const json_t *series)
{
	return dcb_format(
		"%s block %" JSON_INTEGER_FORMAT ", workload %" JSON_INTEGER_FORMAT " %s %s",
		dcb_reproduction_text(series, "kernel"),
		json_integer_value(json_object_get(series, "block")),
		json_integer_value(json_object_get(series, "workload")),
		dcb_reproduction_text(series, "role"), dcb_reproduction_text(series, "metric"));
}

static int check_values(struct dcb_reproduction *reproduction, const json_t *series,
			const char *values, struct dcb_error *err)
{
	json_int_t told = json_integer_value(json_object_get(series, "n")), n = 0;
	_cleanup_free_ char *where = series_text(series);
	struct dcb_identity_row row = {0};
	char sha256[DCB_SHA256_HEX];

	if (!where)
		return dcb_error_oom(err);
	dcb_sha256(values, strlen(values), sha256);
	for (const char *at = values; *at; n++)
		if (!dcb_reproduction_next(&at, &row))
			return dcb_error_usage(err, "%s: line %lld of its values is no sample",
					       where, (long long)n + 1);
	if (n != told)
		return dcb_error_usage(err, "%s: %lld values, not %lld", where, (long long)n,
				       (long long)told);
	if (strcmp(sha256, dcb_reproduction_text(series, "sha256")) == 0)
		return 0;
	return contradicts(reproduction,
			   dcb_format("the values of %s do not have their digest", where), err);
}

static int read_one_series(struct dcb_reproduction *reproduction, size_t i, struct dcb_error *err)
{
	const json_t *series = json_array_get(reproduction->series, i);
	const json_t *values = json_object_get(series, "values");
	size_t kernel = kernel_of(reproduction, dcb_reproduction_text(series, "kernel"));
	json_int_t n;

	if (kernel == SIZE_MAX ||
	    !is_count(json_object_get(series, "block"),
		      (json_int_t)json_array_size(reproduction->seeds)) ||
	    !is_count(json_object_get(series, "workload"),
		      (json_int_t)reproduction->side.n_workloads) ||
	    !is_name(dcb_reproduction_text(series, "role"), true) ||
	    !is_name(dcb_reproduction_text(series, "metric"), false) ||
	    !is_digest(dcb_reproduction_text(series, "sha256")) ||
	    !is_count(json_object_get(series, "n"), INT32_MAX) ||
	    !(json_is_null(values) || json_is_string(values)))
		return dcb_error_usage(err, "series %zu is damaged", i);
	if (i > 0 && !follows(reproduction, series, json_array_get(reproduction->series, i - 1)))
		return dcb_error_usage(err, "series %zu is out of order", i);
	n = json_integer_value(json_object_get(series, "n"));
	reproduction->n += (uint64_t)n;
	if (i == 0)
		reproduction->has_values = json_is_string(values);
	if (reproduction->has_values != json_is_string(values) ||
	    (reproduction->has_values && reproduction->n > DCB_REPRODUCTION_MAX_VALUES))
		return dcb_error_usage(
			err,
			"series %zu: values are told of all of at most %d samples, or of "
			"none",
			i, DCB_REPRODUCTION_MAX_VALUES);
	return values && json_is_string(values)
		       ? check_values(reproduction, series, json_string_value(values), err)
		       : 0;
}

/* Boots as the series name them. */
static int add_boots(struct dcb_reproduction *reproduction, struct dcb_error *err)
{
	size_t n_blocks = json_array_size(reproduction->seeds);
	_cleanup_free_ bool *seen = calloc(reproduction->side.n_kernels * n_blocks + 1,
					   sizeof(*seen));
	const json_t *series;
	size_t i;

	if (!seen)
		return dcb_error_oom(err);
	json_array_foreach((json_t *)reproduction->series, i, series)
	{
		struct dcb_identity_boot boot = {
			.kernel = kernel_of(reproduction, dcb_reproduction_text(series, "kernel")),
			.block = json_integer_value(json_object_get(series, "block"))};
		size_t cell = boot.kernel * n_blocks + (size_t)boot.block;
		int r;

		if (seen[cell])
			continue;
		seen[cell] = true;
		r = dcb_identity_add_boot(&reproduction->side, &boot, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int read_samples(struct dcb_reproduction *reproduction, struct dcb_error *err)
{
	const json_t *samples = json_object_get(reproduction->json, "samples");
	const json_t *n = json_object_get(samples, "n");
	char sha256[DCB_SHA256_HEX];

	reproduction->series = json_object_get(samples, "series");
	reproduction->sha256 = dcb_reproduction_text(samples, "sha256");
	if (!json_is_array(reproduction->series) || !json_is_integer(n) ||
	    !is_digest(reproduction->sha256))
		return dcb_error_usage(err, "\"reproduction\" tells no samples");
	for (size_t i = 0; i < json_array_size(reproduction->series); i++) {
		int r = read_one_series(reproduction, i, err);

		if (r < 0)
			return r;
	}
	if (reproduction->n == 0)
		return dcb_error_usage(
			err, "no boot of its run was good: there are no samples to compare");
	if ((json_int_t)reproduction->n != json_integer_value(n))
		return dcb_error_usage(err, "its series have %llu samples, not %lld",
				       (unsigned long long)reproduction->n,
				       (long long)json_integer_value(n));
	if (dcb_reproduction_digest(reproduction->series, sha256) < 0)
		return dcb_error_oom(err);
	if (strcmp(sha256, reproduction->sha256) != 0 &&
	    contradicts(reproduction, strdup("the series do not have their digest"), err) < 0)
		return -ENOMEM;
	return add_boots(reproduction, err);
}

/* ---- the whole ---- */

/* With text of the file, which may be anything. */
static int refuse(const char *before, const char *text, const char *after, struct dcb_error *err)
{
	_cleanup_free_ char *clean = dcb_text_printable(text);

	if (!clean)
		return dcb_error_oom(err);
	dcb_text_cut(clean, 60);
	return dcb_error_usage(err, "%s%s%s", before, clean, after);
}

static int read_root(struct dcb_reproduction *reproduction, struct dcb_error *err)
{
	const json_t *root = reproduction->root, *run = json_object_get(root, "run");
	const char *version = dcb_reproduction_text(root, "version");
	const char *state = dcb_reproduction_text(run, "state"),
		   *machine = dcb_reproduction_text(run, "machine");

	if (!version)
		return dcb_error_usage(err,
				       "no summary: give what `dcbench show RUN --json` printed");
	if (strcmp(version, VERSION) != 0)
		return refuse("its version is ", version, ", and this dcbench reads " VERSION, err);
	if (!state || !machine)
		return dcb_error_usage(err, "\"run\" lacks its state or machine");
	if (strcmp(state, "done") != 0)
		return refuse("its run is ", state, ": only one that is done can be reproduced",
			      err);
	reproduction->json = json_object_get(root, "reproduction");
	if (!reproduction->json)
		return dcb_error_usage(err,
				       "a summary of an older dcbench, without \"reproduction\"");
	if (json_is_null(reproduction->json))
		return refuse("its run was on machine ", machine,
			      ": only icount repeats to the digit", err);
	reproduction->plan = json_object_get(reproduction->json, "plan");
	reproduction->kernels = json_object_get(reproduction->json, "kernels");
	return 0;
}

static int samples_of(const struct dcb_identity_side *side, const struct dcb_identity_boot *boot,
		      dcb_identity_each each, void *context, struct dcb_error *err)
{
	const struct dcb_reproduction *reproduction = side->context;
	const json_t *series;
	size_t i;

	(void)err;
	json_array_foreach((json_t *)reproduction->series, i, series)
	{
		struct dcb_identity_row row = {
			.workload = (size_t)json_integer_value(json_object_get(series, "workload")),
			.role = dcb_reproduction_text(series, "role"),
			.metric = dcb_reproduction_text(series, "metric")};
		const char *at = dcb_reproduction_text(series, "values");

		if (json_integer_value(json_object_get(series, "block")) != boot->block ||
		    strcmp(dcb_reproduction_text(series, "kernel"), side->names[boot->kernel]) != 0)
			continue;
		while (at && *at && dcb_reproduction_next(&at, &row)) {
			int r = each(context, &row);

			if (r < 0)
				return r;
		}
	}
	return 0;
}

static int read_all(const char *path, struct dcb_reproduction *reproduction, struct dcb_error *err)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	int r;

	r = dcb_file_read(path, MAX_BYTES, &text, &size, err);
	if (r < 0)
		return r;
	r = dcb_json_parse(text, size, &reproduction->root, err);
	if (r == 0)
		r = read_root(reproduction, err);
	if (r == 0)
		r = read_plan(reproduction, err);
	if (r == 0)
		r = read_seeds(reproduction, err);
	if (r == 0)
		r = read_samples(reproduction, err);
	if (r == -ENOMEM)
		return r;
	return r < 0 ? dcb_error_wrap(err, "%s", path) : 0;
}

int dcb_reproduction_read(const char *path, struct dcb_reproduction **ret_reproduction,
			  struct dcb_error *err)
{
	_cleanup_(dcb_reproduction_freep) struct dcb_reproduction *reproduction = calloc(
		1, sizeof(*reproduction));
	int r;

	if (!reproduction)
		return dcb_error_oom(err);
	reproduction->path = strdup(path);
	if (!reproduction->path)
		return dcb_error_oom(err);
	r = read_all(path, reproduction, err);
	if (r < 0) {
		/* Whatever is wrong with it, the file is what was given. */
		if (err && r != -ENOMEM)
			err->kind = DCB_ERROR_USAGE;
		return r;
	}
	reproduction->side.samples = samples_of;
	reproduction->side.context = reproduction;
	*ret_reproduction = TAKE_PTR(reproduction);
	return 0;
}
