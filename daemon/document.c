// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/document.h"

#include <errno.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/json-schema.h"
#include "base/json.h"
#include "guest/protocol.h"
#include "lab/plan.h"
#include "reports/text.h"
#include "schema/documents.h"

#define MAX_NAME   256
#define MAX_TEXT   8192
#define MAX_BLOCKS 10000
#define MAX_ROWS   100000
#define MAX_VALUES 1000000

void dcb_document_deinit(struct dcb_document *document)
{
	json_decref(document->root);
	*document = (struct dcb_document)DCB_DOCUMENT_NULL;
}

/* ---- what the schema leaves open ---- */

enum kind {
	ANY,    /* goes out as JSON or escaped */
	NAME,   /* stands in lists and lines: printable, not empty */
	KERNEL, /* a name of the run's */
};

static const struct {
	const char *list, *outer, *key; /* list[].outer.key; outer NULL: list[].key */
	enum kind kind;
} texts[] = {
	{"kernels", NULL, "name", NAME},
	{"kernels", NULL, "spec", ANY},
	{"kernels", NULL, "release", ANY},
	{"kernels", NULL, "arch", ANY},
	{"workloads", NULL, "name", NAME},
	{"workloads", NULL, "params", ANY},
	{"boots", NULL, "kernel", KERNEL},
	{"comparisons", NULL, "workload", NAME},
	{"comparisons", NULL, "params", ANY},
	{"comparisons", NULL, "role", ANY},
	{"comparisons", NULL, "metric", NAME},
	{"comparisons", NULL, "unit", ANY},
	{"comparisons", NULL, "reason", ANY},
	{"comparisons", "base", "kernel", KERNEL},
	{"comparisons", "candidate", "kernel", KERNEL},
	{"symptoms", NULL, "kernel", KERNEL},
	{"symptoms", NULL, "workload", ANY},
	{"symptoms", NULL, "params", ANY},
	{"symptoms", NULL, "name", NAME},
	{"symptoms", NULL, "state", ANY},
	{"symptoms", NULL, "detail", ANY},
};

static const struct {
	const char *list;
	size_t most;
} lists[] = {
	{"kernels", DCB_PLAN_MAX_KERNELS},
	{"workloads", DCB_JOB_MAX_WORKLOADS},
	{"boots", DCB_PLAN_MAX_KERNELS *MAX_BLOCKS},
	{"comparisons", MAX_ROWS},
	{"symptoms", MAX_ROWS},
};

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static bool is_kernel(const json_t *root, const char *name)
{
	const json_t *kernel;
	size_t i;

	json_array_foreach(json_object_get(root, "kernels"), i, kernel)
	{
		if (strcmp(text_of(kernel, "name"), name) == 0)
			return true;
	}
	return false;
}

static bool is_name(const char *text)
{
	_cleanup_free_ char *clean = dcb_text_printable(text);

	return *text && strlen(text) <= MAX_NAME && clean && strcmp(clean, text) == 0;
}

/* NULL passes where the schema let it pass. */
static bool is_good(const json_t *root, const char *text, enum kind kind)
{
	if (!text)
		return true;
	switch (kind) {
	case NAME:
		return is_name(text);
	case KERNEL:
		return is_kernel(root, text);
	default:
		return strlen(text) <= MAX_TEXT;
	}
}

static int check_texts(const json_t *root, struct dcb_error *err)
{
	const json_t *row;
	size_t n;

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		json_array_foreach(json_object_get(root, texts[i].list), n, row)
		{
			const json_t *object = texts[i].outer ? json_object_get(row, texts[i].outer)
							      : row;

			if (!is_good(root, text_of(object, texts[i].key), texts[i].kind))
				return dcb_error_usage(
					err, "%s[%zu]%s%s.%s: %s", texts[i].list, n,
					texts[i].outer ? "." : "",
					texts[i].outer ? texts[i].outer : "", texts[i].key,
					texts[i].kind == KERNEL ? "no kernel of the run"
								: "too long, or not printable");
		}
	}
	return 0;
}

static int check_lists(const json_t *root, struct dcb_error *err)
{
	const json_t *run = json_object_get(root, "run");
	const json_t *kernels = json_object_get(root, "kernels");
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(lists); i++)
		if (json_array_size(json_object_get(root, lists[i].list)) > lists[i].most)
			return dcb_error_usage(err, "%s: more than %zu", lists[i].list,
					       lists[i].most);
	for (i = 0; i < json_array_size(kernels); i++)
		for (j = 0; j < i; j++)
			if (json_equal(json_object_get(json_array_get(kernels, i), "name"),
				       json_object_get(json_array_get(kernels, j), "name")))
				return dcb_error_usage(err, "kernels[%zu].name: is there twice", i);
	if (!is_name(text_of(run, "machine")) || !is_name(text_of(run, "arch")))
		return dcb_error_usage(err, "run: its machine or arch is no name");
	if (!is_kernel(root, text_of(run, "base")))
		return dcb_error_usage(err, "run.base: no kernel of the run");
	return json_integer_value(json_object_get(run, "created_us")) < 0
		       ? dcb_error_usage(err, "run.created_us: is too small")
		       : 0;
}

/* ---- rows ---- */

static int64_t count_verdicts(const json_t *root, const char *verdict)
{
	const json_t *row;
	int64_t n = 0;
	size_t i;

	json_array_foreach(json_object_get(root, "comparisons"), i, row)
	{
		n += json_is_true(json_object_get(row, "primary")) &&
		     strcmp(text_of(row, "verdict"), verdict) == 0;
	}
	return n;
}

static int64_t count_symptoms(const json_t *root)
{
	const char *base = text_of(json_object_get(root, "run"), "base");
	const json_t *row;
	int64_t n = 0;
	size_t i;

	json_array_foreach(json_object_get(root, "symptoms"), i, row)
	{
		n += json_is_true(json_object_get(row, "present")) &&
		     strcmp(text_of(row, "kernel"), base) != 0;
	}
	return n;
}

static int read_summary(struct dcb_document *document, struct dcb_error *err)
{
	const json_t *root = document->root, *run = json_object_get(root, "run");
	struct dcb_store_received *row = &document->row;
	int r;

	r = check_lists(root, err);
	if (r >= 0)
		r = check_texts(root, err);
	if (r < 0)
		return r;
	row->run = json_integer_value(json_object_get(run, "id"));
	row->created_us = json_integer_value(json_object_get(run, "created_us"));
	row->machine = text_of(run, "machine");
	row->arch = text_of(run, "arch");
	row->improved = count_verdicts(root, "improved");
	row->regressed = count_verdicts(root, "regressed");
	row->same = count_verdicts(root, "same");
	row->cannot_tell = count_verdicts(root, "cannot-tell");
	row->symptoms = count_symptoms(root);
	return 0;
}

static int read_event(struct dcb_document *document, struct dcb_error *err)
{
	const json_t *root = document->root, *job = json_object_get(root, "job");

	(void)err;
	document->row.event = text_of(root, "event");
	document->row.reason = text_of(root, "reason");
	document->row.run = json_integer_value(json_object_get(job, "run"));
	document->row.created_us = json_integer_value(json_object_get(job, "created_us"));
	return 0;
}

/* ---- the whole ---- */

static const struct version {
	const char *name, *schema;
	int (*read)(struct dcb_document *document, struct dcb_error *err);
} versions[] = {
	{"dcbench-summary/1", dcb_summary_schema, read_summary},
	{"dcbench-event/1", dcb_event_schema, read_event},
};

static int find_version(const json_t *root, const struct version **ret_version,
			struct dcb_error *err)
{
	const char *name = text_of(root, "version");

	for (size_t i = 0; name && i < ARRAY_SIZE(versions); i++) {
		if (strcmp(versions[i].name, name) == 0) {
			*ret_version = &versions[i];
			return 0;
		}
	}
	return dcb_error_usage(err,
			       "version \"%.60s\" is not taken here: send dcbench-summary/1 or "
			       "dcbench-event/1",
			       name ? name : "");
}

static int check_schema(const struct version *version, const json_t *root, struct dcb_error *err)
{
	json_auto_t *schema = NULL;
	int r;

	r = dcb_json_parse(version->schema, strlen(version->schema), &schema, err);
	return r < 0 ? r : dcb_json_validate(schema, root, err);
}

int dcb_document_read(struct dcb_document *document, const char *text, size_t size,
		      struct dcb_error *err)
{
	const struct version *version = NULL;
	int r;

	r = dcb_json_parse_foreign(text, size, MAX_VALUES, &document->root, err);
	if (r < 0)
		return r;
	r = find_version(document->root, &version, err);
	if (r >= 0)
		r = check_schema(version, document->root, err);
	if (r < 0)
		return r;
	document->row.version = version->name;
	dcb_sha256(text, size, document->sha256);
	document->row.sha256 = document->sha256;
	document->row.document = text;
	document->row.size = (int64_t)size;
	return version->read(document, err);
}
