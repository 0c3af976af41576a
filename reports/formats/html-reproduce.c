// SPDX-License-Identifier: GPL-2.0-only
/* How to have the same again, and what the run was made with. */
#include <errno.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "reports/command-line.h"
#include "reports/formats/html.h"
#include "reports/reproduction.h"

int dcb_html_reproduce(struct dcb_html *html)
{
	_cleanup_free_ char *reproduce = dcb_reproduce_command(html->summary);
	_cleanup_(dcb_words_freep) char **words = NULL;
	struct dcb_markup *out = &html->out;
	int r;

	r = dcb_command_line_run(html->summary, &words, html->err);
	if (r < 0)
		return r;
	dcb_markup_put(out, "<section id=\"reproduce\">\n<h2>How to reproduce</h2>\n<p>One command "
			    "boots the same kernels in the same order:</p>\n<pre><code>");
	for (size_t i = 0; words[i]; i++)
		dcb_markup_put(out, "%s%s", i ? " " : "", words[i]);
	dcb_markup_put(out, "</code></pre>\n");
	if (reproduce)
		dcb_markup_put(out,
			       "<p>This machine is exact. <code>%s</code> (a summary is what "
			       "<code>dcbench report %ld --format json</code> gives) boots them on "
			       "another host and says whether every sample is the same.</p>\n",
			       reproduce, (long)html->summary->run.id);
	dcb_markup_put(out, "</section>\n");
	return 0;
}

/* ---- fingerprint ---- */

/* "host.cpu": one row a leaf. Words of a list share a row. */
static void put_value(struct dcb_markup *out, const char *path, const json_t *value);

static void put_row(struct dcb_markup *out, const char *path, const json_t *value)
{
	_cleanup_free_ char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);

	if (!text) {
		out->error = -ENOMEM;
		return;
	}
	dcb_markup_put(out, "<dt>%s</dt><dd><code>%s</code></dd>\n", path,
		       json_is_string(value) ? json_string_value(value) : text);
}

static void put_members(struct dcb_markup *out, const char *path, const json_t *object)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)object, key, value)
	{
		char longer[256];

		snprintf(longer, sizeof(longer), "%s%s%s", path, *path ? "." : "", key);
		put_value(out, longer, value);
	}
}

static void put_list(struct dcb_markup *out, const char *path, const json_t *list)
{
	bool words = true;

	for (size_t i = 0; i < json_array_size(list); i++)
		words = words && json_is_string(json_array_get(list, i));
	if (!words) {
		put_row(out, path, list);
		return;
	}
	dcb_markup_put(out, "<dt>%s</dt><dd><code>", path);
	for (size_t i = 0; i < json_array_size(list); i++)
		dcb_markup_put(out, "%s%s", i ? " " : "",
			       json_string_value(json_array_get(list, i)));
	dcb_markup_put(out, "</code></dd>\n");
}

static void put_value(struct dcb_markup *out, const char *path, const json_t *value)
{
	if (json_is_object(value))
		put_members(out, path, value);
	else if (json_is_array(value))
		put_list(out, path, value);
	else
		put_row(out, path, value);
}

static void put_kernels(struct dcb_html *html)
{
	for (size_t i = 0; i < html->summary->n_kernels; i++) {
		const struct dcb_store_run_kernel *kernel = &html->summary->kernels[i];

		dcb_markup_put(&html->out,
			       "<dt>kernel %s</dt><dd><code>sha256 %s</code>, %s</dd>\n",
			       kernel->name, kernel->kernel.sha256, kernel->kernel.release);
	}
}

int dcb_html_fingerprint(struct dcb_html *html)
{
	const char *text = html->summary->run.fingerprint;
	json_auto_t *fingerprint = json_loads(text ? text : "{}", 0, NULL);

	dcb_markup_put(&html->out, "<section id=\"fingerprint\">\n<h2>Fingerprint</h2>\n<details>\n"
				   "<summary>Kernels, host, machine and agent</summary>\n<dl "
				   "class=\"fingerprint\">\n");
	put_kernels(html);
	if (fingerprint)
		put_value(&html->out, "", fingerprint);
	dcb_markup_put(&html->out, "</dl>\n</details>\n</section>\n");
	return 0;
}
