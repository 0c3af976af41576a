// SPDX-License-Identifier: GPL-2.0-only
/* The job: from host to agent. {"protocol": 1, "modules": [path], "workloads": [{name, params}],
 * "plant_ppm": 1000}, the last only where something is planted. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/json.h"
#include "guest/json-fields.h"
#include "guest/protocol.h"
#include "workloads/plant.h"

#define JOB_MAX_BYTES   (1 << 20)
#define JOB_MAX_MODULES 256

void dcb_job_deinit(struct dcb_job *job)
{
	if (!job)
		return;
	for (size_t i = 0; i < job->n_workloads; i++) {
		free(job->workloads[i].name);
		free(job->workloads[i].params);
	}
	for (size_t i = 0; i < job->n_modules; i++)
		free(job->modules[i]);
	free(job->workloads);
	free(job->modules);
	*job = (struct dcb_job){0};
}

static json_t *workloads_to_json(const struct dcb_job *job)
{
	json_auto_t *list = json_array();

	for (size_t i = 0; i < job->n_workloads; i++) {
		const struct dcb_job_workload *workload = &job->workloads[i];

		if (json_array_append_new(list, json_pack("{s:s, s:s}", "name", workload->name,
							  "params", workload->params)) < 0)
			return NULL;
	}
	return json_incref(list);
}

static json_t *modules_to_json(const struct dcb_job *job)
{
	json_auto_t *list = json_array();

	for (size_t i = 0; i < job->n_modules; i++)
		if (json_array_append_new(list, json_string(job->modules[i])) < 0)
			return NULL;
	return json_incref(list);
}

char *dcb_job_format(const struct dcb_job *job)
{
	json_auto_t *json = json_pack("{s:i, s:o, s:o}", "protocol", DCB_PROTOCOL_VERSION,
				      "modules", modules_to_json(job), "workloads",
				      workloads_to_json(job));

	if (json && job->plant_ppm &&
	    json_object_set_new(json, "plant_ppm", json_integer(job->plant_ppm)) < 0)
		return NULL;
	return json ? dcb_json_print(json) : NULL;
}

static int parse_workload(const json_t *json, struct dcb_job_workload *workload,
			  struct dcb_error *err)
{
	const char *name, *params;
	int r;

	if (!json_is_object(json))
		return dcb_error_set(err, EBADMSG, "not an object");
	r = dcb_field_name(json, "name", false, &name, err);
	if (r < 0)
		return r;
	r = dcb_field_text(json, "params", &params, err);
	if (r < 0)
		return r;
	r = dcb_field_members(json, 2, err);
	if (r < 0)
		return r;
	workload->name = strdup(name);
	workload->params = strdup(params);
	return workload->name && workload->params ? 0 : dcb_error_oom(err);
}

static int parse_workloads(const json_t *root, struct dcb_job *job, struct dcb_error *err)
{
	json_t *list;
	int r = dcb_field_list(root, "workloads", JSON_ARRAY, DCB_JOB_MAX_WORKLOADS, &list, err);

	if (r < 0)
		return r;
	job->workloads = calloc(json_array_size(list) + 1, sizeof(*job->workloads));
	if (!job->workloads)
		return dcb_error_oom(err);
	for (size_t i = 0; i < json_array_size(list); i++) {
		r = parse_workload(json_array_get(list, i), &job->workloads[job->n_workloads++],
				   err);
		if (r < 0) {
			dcb_error_wrap(err, "workloads[%zu]", i);
			return r;
		}
	}
	return 0;
}

static int parse_modules(const json_t *root, struct dcb_job *job, struct dcb_error *err)
{
	json_t *list;
	int r = dcb_field_list(root, "modules", JSON_ARRAY, JOB_MAX_MODULES, &list, err);

	if (r < 0)
		return r;
	job->modules = calloc(json_array_size(list) + 1, sizeof(*job->modules));
	if (!job->modules)
		return dcb_error_oom(err);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *path = json_array_get(list, i);

		if (!dcb_field_is_text(path) || json_string_value(path)[0] != '/')
			return dcb_error_set(err, EBADMSG, "modules[%zu] is no absolute path", i);
		job->modules[job->n_modules] = strdup(json_string_value(path));
		if (!job->modules[job->n_modules])
			return dcb_error_oom(err);
		job->n_modules++;
	}
	return 0;
}

static int parse_root(const json_t *root, struct dcb_job *job, struct dcb_error *err)
{
	int64_t protocol;
	int r = dcb_field_int(root, "protocol", DCB_PROTOCOL_VERSION, DCB_PROTOCOL_VERSION,
			      &protocol, err);

	if (r < 0)
		return r;
	r = parse_modules(root, job, err);
	if (r < 0)
		return r;
	r = parse_workloads(root, job, err);
	if (r < 0)
		return r;
	if (!json_object_get(root, "plant_ppm"))
		return dcb_field_members(root, 3, err);
	r = dcb_field_int(root, "plant_ppm", DCB_PLANT_MIN_PPM, DCB_PLANT_MAX_PPM, &job->plant_ppm,
			  err);
	return r < 0 ? r : dcb_field_members(root, 4, err);
}

int dcb_job_parse(const char *text, size_t size, struct dcb_job *ret_job, struct dcb_error *err)
{
	_cleanup_(dcb_job_deinit) struct dcb_job job = {0};
	json_auto_t *root = NULL;
	int r;

	if (size > JOB_MAX_BYTES)
		return dcb_error_set(err, EBADMSG, "job: longer than %d bytes", JOB_MAX_BYTES);
	r = dcb_field_object(text, size, &root, err);
	if (r >= 0)
		r = parse_root(root, &job, err);
	if (r < 0) {
		dcb_error_wrap(err, "job");
		return r;
	}
	*ret_job = TAKE(job, (struct dcb_job){0});
	return 0;
}
