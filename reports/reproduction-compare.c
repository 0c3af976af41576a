// SPDX-License-Identifier: GPL-2.0-only
/* What was read beside what was made here: inputs before the boots, samples after them. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/json.h"
#include "lab/plan.h"
#include "reports/reproduction-document.h"
#include "reports/reproduction-private.h"
#include "reports/text.h"

static bool is_known_option(const char *key)
{
	for (size_t i = 0; dcb_reproduction_options[i]; i++)
		if (strcmp(dcb_reproduction_options[i], key) == 0)
			return true;
	return false;
}

int dcb_reproduction_plan(const struct dcb_reproduction *reproduction, struct dcb_plan *plan,
			  struct dcb_error *err)
{
	json_t *options = json_object_get(reproduction->plan, "options");
	const char *key;
	json_t *value;
	int r;

	json_object_foreach(options, key, value)
	{
		/* A file from elsewhere chooses neither mirrors nor what else is the host's. */
		if (!is_known_option(key) || !json_is_string(value))
			return dcb_error_usage(err,
					       "%s: its plan has an option that is not to be "
					       "there, or no text",
					       reproduction->path);
	}
	r = dcb_plan_from_json(plan, reproduction->plan, err);
	if (r == -ENOMEM || r == 0)
		return r;
	if (err)
		err->kind = DCB_ERROR_USAGE;
	return dcb_error_wrap(err, "%s", reproduction->path);
}

struct dcb_reproduction_kernel dcb_reproduction_kernel(const struct dcb_reproduction *reproduction,
						       size_t i)
{
	const char *name = reproduction->side.names[i];
	const json_t *told = dcb_reproduction_named(json_object_get(reproduction->root, "kernels"),
						    name);
	const json_t *origin = json_object_get(told, "origin");
	const char *kind = dcb_reproduction_text(origin, "kind");
	bool debian = kind && strcmp(kind, "debian") == 0;

	return (struct dcb_reproduction_kernel){
		.name = name,
		.sha256 = reproduction->side.shas[i],
		.release = dcb_reproduction_text(told, "release"),
		.package = debian ? dcb_reproduction_text(origin, "package") : NULL,
		.version = debian ? dcb_reproduction_text(origin, "version") : NULL,
		.exact = json_is_true(
			json_object_get(json_array_get(reproduction->kernels, i), "exact")),
	};
}

const char *dcb_reproduction_contradiction(const struct dcb_reproduction *reproduction)
{
	return reproduction->contradiction;
}

/* ---- inputs ---- */

struct inputs {
	json_t *differing; /* the list */
	bool failed;
};

/* Text as it is, null as null, all else as a line of JSON. */
static json_t *as_text(const json_t *value)
{
	_cleanup_free_ char *line = NULL;

	if (!value || json_is_null(value))
		return json_null();
	if (json_is_string(value))
		return json_incref((json_t *)value);
	line = dcb_json_line(value);
	return line ? json_string(line) : NULL;
}

static void compare_input(struct inputs *inputs, const char *name, const json_t *theirs,
			  const json_t *ours)
{
	/* What the file does not tell cannot differ. */
	if (!theirs || json_is_null(theirs) || (ours && json_equal(theirs, ours)))
		return;
	if (json_array_append_new(inputs->differing,
				  json_pack("{s:s, s:o, s:o}", "input", name, "theirs",
					    as_text(theirs), "ours", as_text(ours))) < 0)
		inputs->failed = true;
}

static void compare_named(struct inputs *inputs, const char *format, const char *name,
			  const char *of, const json_t *theirs, const json_t *ours)
{
	_cleanup_free_ char *clean = dcb_text_printable(name);
	_cleanup_free_ char *input = clean ? dcb_format("%s %s%s%s", format, clean,
							*of ? " of " : "", of)
					   : NULL;

	if (!input)
		inputs->failed = true;
	else
		compare_input(inputs, input, theirs, ours);
}

/* Member by member: "module loop.ko of base". */
static void compare_members(struct inputs *inputs, const char *what, const char *of,
			    const json_t *theirs, const json_t *ours)
{
	json_auto_t *absent = json_string("nothing");
	const char *key;
	json_t *value;

	if (!json_is_object(theirs))
		return;
	json_object_foreach((json_t *)theirs, key, value)
		compare_named(inputs, what, key, of, value, json_object_get(ours, key));
	json_object_foreach((json_t *)ours, key, value)
	{
		if (!json_object_get(theirs, key))
			compare_named(inputs, what, key, of, absent, value);
	}
}

static void compare_guests(struct inputs *inputs, const struct dcb_reproduction *reproduction,
			   const json_t *guests)
{
	const json_t *kernel;
	size_t i;

	json_array_foreach((json_t *)reproduction->kernels, i, kernel)
	{
		const char *name = reproduction->side.names[i];
		const json_t *ours = json_object_get(guests, name);

		compare_members(inputs, "module", name, json_object_get(kernel, "modules"),
				json_object_get(ours, "modules"));
	}
	/* It holds all of the above: alone it says that something else in it is different. */
	if (json_array_size(inputs->differing) > 0)
		return;
	json_array_foreach((json_t *)reproduction->kernels, i, kernel)
	{
		const char *name = reproduction->side.names[i];

		compare_named(inputs, "initramfs of", name, "",
			      json_object_get(kernel, "initramfs"),
			      json_object_get(json_object_get(guests, name), "initramfs"));
	}
}

int dcb_reproduction_inputs(const struct dcb_reproduction *reproduction, const json_t *fingerprint,
			    json_t **ret_differing, struct dcb_error *err)
{
	const json_t *told = reproduction->json, *machine = json_object_get(told, "machine");
	const json_t *our_machine = json_object_get(fingerprint, "machine");
	json_auto_t *outside = json_array(), *inside = json_array();
	struct inputs in = {inside, false}, out = {outside, false};

	if (!inside || !outside)
		return dcb_error_oom(err);
	compare_input(&out, "dcbench", json_object_get(told, "dcbench"),
		      json_object_get(fingerprint, "dcbench"));
	compare_input(&out, "QEMU", json_object_get(machine, "qemu"),
		      json_object_get(our_machine, "qemu"));
	compare_input(&out, "QEMU's program", json_object_get(machine, "sha256"),
		      json_object_get(our_machine, "sha256"));
	compare_input(&out, "QEMU's command line", json_object_get(machine, "flags"),
		      json_object_get(our_machine, "flags"));
	compare_members(&out, "firmware", "", json_object_get(machine, "firmware"),
			json_object_get(our_machine, "firmware"));
	compare_input(&in, "agent", json_object_get(told, "agent"),
		      json_object_get(fingerprint, "agent_sha256"));
	compare_members(&in, "program", "", json_object_get(told, "programs"),
			json_object_get(fingerprint, "programs"));
	compare_members(&in, "image", "", json_object_get(told, "images"),
			json_object_get(fingerprint, "images"));
	compare_guests(&in, reproduction, json_object_get(fingerprint, "guests"));
	if (in.failed || out.failed || json_array_extend(inside, outside) < 0)
		return dcb_error_oom(err);
	*ret_differing = json_incref(inside);
	return 0;
}

/* ---- samples ---- */

void dcb_reproduced_deinit(struct dcb_reproduced *reproduced)
{
	dcb_identity_deinit(&reproduced->identity);
	free(reproduced->theirs);
	free(reproduced->ours);
	free(reproduced->series);
	free(reproduced->seed);
	*reproduced = (struct dcb_reproduced)DCB_REPRODUCED_NULL;
}

/* Kernels that were not exact there are not told in the file. */
static void drop_inexact(const struct dcb_reproduction *reproduction,
			 struct dcb_identity_side *side)
{
	size_t n = 0;

	for (size_t i = 0; i < side->n_boots; i++)
		if (dcb_reproduction_kernel(reproduction, side->boots[i].kernel).exact)
			side->boots[n++] = side->boots[i];
	side->n_boots = n;
}

static int compare_seeds(const struct dcb_reproduction *reproduction,
			 const struct dcb_identity_side *side, char **ret_seed,
			 struct dcb_error *err)
{
	for (size_t i = 0; i < side->n_boots; i++) {
		const struct dcb_identity_boot *boot = &side->boots[i];
		const json_t *seed = json_array_get(reproduction->seeds, (size_t)boot->block);
		json_int_t theirs = json_integer_value(seed);

		if (!json_is_integer(seed) || theirs == boot->seed)
			continue;
		*ret_seed = dcb_format("block %" PRId64 " has seed %lld there, and its plan gives "
				       "%" PRId64,
				       boot->block, (long long)theirs, boot->seed);
		return *ret_seed ? 0 : dcb_error_oom(err);
	}
	return 0;
}

/* The first series that one of the two lacks or has otherwise. */
static char *differing_series(const struct dcb_reproduction *reproduction, const json_t *ours)
{
	for (size_t i = 0;; i++) {
		const json_t *one = json_array_get(reproduction->series, i);
		const json_t *two = json_array_get(ours, i), *either = one ?: two;

		if (!either)
			return NULL;
		if (one && two) {
			json_auto_t *bare = json_copy((json_t *)two);

			/* Ours may be small enough to be told whole. */
			json_object_set(bare, "values", json_object_get(one, "values"));
			if (json_equal(one, bare))
				continue;
		}
		return dcb_format(
			"%s block %" JSON_INTEGER_FORMAT ", %s %s%s%s",
			dcb_reproduction_text(either, "kernel"),
			json_integer_value(json_object_get(either, "block")),
			reproduction->side
				.workloads[json_integer_value(json_object_get(either, "workload"))],
			dcb_reproduction_text(either, "role"),
			*dcb_reproduction_text(either, "role") ? " " : "",
			dcb_reproduction_text(either, "metric"));
	}
}

static int compare_digests(const struct dcb_reproduction *reproduction, struct dcb_store *store,
			   int64_t run_id, struct dcb_reproduced *reproduced, struct dcb_error *err)
{
	const struct dcb_summary_options options = {.exact = true};
	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = NULL;
	json_auto_t *ours = NULL;
	const json_t *samples;
	int r;

	r = dcb_summary_new(store, run_id, &options, &summary, err);
	if (r == 0)
		r = dcb_reproduction_to_json(store, summary, &ours, err);
	if (r < 0)
		return r;
	samples = json_object_get(ours, "samples");
	reproduced->theirs = strdup(reproduction->sha256);
	reproduced->ours = strdup(dcb_reproduction_text(samples, "sha256") ?: "");
	if (!reproduced->theirs || !reproduced->ours)
		return dcb_error_oom(err);
	if (strcmp(reproduced->theirs, reproduced->ours) != 0)
		reproduced->series = differing_series(reproduction,
						      json_object_get(samples, "series"));
	return 0;
}

int dcb_reproduction_compare(const struct dcb_reproduction *reproduction, struct dcb_store *store,
			     int64_t run_id, struct dcb_reproduced *ret_reproduced,
			     struct dcb_error *err)
{
	_cleanup_(dcb_reproduced_deinit) struct dcb_reproduced reproduced = DCB_REPRODUCED_NULL;
	_cleanup_(dcb_identity_side_deinit) struct dcb_identity_side ours = DCB_IDENTITY_SIDE_NULL;
	const struct dcb_identity *identity = &reproduced.identity;
	int r;

	reproduced.by_digest = !reproduction->has_values;
	reproduced.n = reproduction->n;
	r = dcb_identity_side_of_run(store, run_id, &ours, err);
	if (r < 0)
		return r;
	drop_inexact(reproduction, &ours);
	r = compare_seeds(reproduction, &ours, &reproduced.seed, err);
	if (r == 0)
		r = compare_digests(reproduction, store, run_id, &reproduced, err);
	if (r == 0 && reproduction->has_values)
		r = dcb_identity_of(&reproduction->side, &ours, DCB_IDENTITY_BY_NAME,
				    &reproduced.identity, err);
	if (r < 0)
		return r;
	reproduced.identical = strcmp(reproduced.theirs, reproduced.ours) == 0 &&
			       !reproduced.seed && !reproduction->contradiction &&
			       identity->differing == 0 && identity->only_first == 0 &&
			       identity->only_second == 0;
	*ret_reproduced = reproduced;
	reproduced = (struct dcb_reproduced)DCB_REPRODUCED_NULL;
	return 0;
}
