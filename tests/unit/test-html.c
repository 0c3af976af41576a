// SPDX-License-Identifier: GPL-2.0-only
#include "html-fixture.h"

#include <stdio.h>

#include "reports/report.h"

static char *write_run(struct fixture *f, int64_t run, bool exact)
{
	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = NULL;
	const struct dcb_report_format *format;
	struct dcb_error err = DCB_ERROR_NULL;
	struct dcb_report report = {.store = f->store};
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	if (dcb_summary_new(f->store, run, &(struct dcb_summary_options){.exact = exact}, &summary,
			    &err) < 0 ||
	    dcb_report_format_find("html", &format, &err) < 0)
		fail_msg("%s", err.message);
	report.summary = summary;
	if (format->write(&report, file, &err) < 0)
		fail_msg("%s", err.message);
	assert_int_equal(fclose(file), 0);
	return text;
}

/* Nesting, quotes, and nothing that is not ours; a browser mends too much to notice. */
static void check_element(const char *tag, size_t n, char stack[][32], size_t *depth)
{
	static const char *const open_ended[] = {"meta", "br"};
	size_t name_length = strcspn(tag[1] == '/' ? tag + 2 : tag + 1, " >/");
	const char *name = tag[1] == '/' ? tag + 2 : tag + 1;
	size_t quotes = 0;

	for (size_t i = 0; i < n; i++)
		quotes += tag[i] == '"';
	if (quotes % 2 || name_length == 0 || name_length > 31)
		fail_msg("%.*s", (int)n, tag);
	if (tag[n - 1] == '/')
		return;
	for (size_t i = 0; i < ARRAY_SIZE(open_ended); i++)
		if (strncmp(name, open_ended[i], name_length) == 0)
			return;
	if (tag[1] != '/') {
		assert_true(*depth < 32);
		memcpy(stack[*depth], name, name_length);
		stack[(*depth)++][name_length] = '\0';
		return;
	}
	if (*depth == 0 || strlen(stack[*depth - 1]) != name_length ||
	    strncmp(stack[*depth - 1], name, name_length) != 0)
		fail_msg("%.*s closes %s", (int)n, tag, *depth ? stack[*depth - 1] : "nothing");
	--*depth;
}

static void check_markup(const char *text)
{
	char stack[32][32] = {0};
	size_t depth = 0;

	assert_int_equal(strncmp(text, "<!DOCTYPE html>\n", 16), 0);
	for (const char *c = text + 15; (c = strchr(c, '<')); c++)
		check_element(c, strcspn(c, ">"), stack, &depth);
	assert_int_equal(depth, 0);
	for (const char *c = text; *c; c++)
		if ((unsigned char)*c < ' ' && !strchr("\n\t", *c))
			fail_msg("control character %d", *c);
	assert_null(strstr(text, "<script"));
	assert_null(strstr(text, "src="));
	assert_null(strstr(text, "http:"));
	assert_null(strstr(text, "https:"));
	assert_null(strstr(text, "url("));
	assert_null(strstr(text, "@import"));
	assert_null(strstr(text, "=\"nan"));
	assert_null(strstr(text, " nan"));
	assert_null(strstr(text, "inf "));
}

static void html__every_part_is_there(void **state)
{
	static const char *const parts[] = {
		"<title>fixed 7.3.4, other 6.1.0 against base 6.12.117</title>",
		"<strong>busy-wait gone</strong> on fixed",
		"base: spins (100 %), met in 77 of 84 tries; fixed: sleeps (0.20 %)",
		"<strong>warning, not in base</strong> on other",
		"<strong>fixed failed in 1 of 7 boots</strong>, base in none",
		"Kernel panic - not syncing",
		"<strong>The setting preempt differs</strong>",
		"over the noise of 6 to 7 boots a side",
		"id=\"changes\"",
		"id=\"distributions\"",
		"id=\"tails\"",
		"<th scope=\"col\" class=\"figure\">p99.9</th>",
		"id=\"timeline\"",
		"iteration 5: missed the moment",
		"id=\"metrics\"",
		"<th scope=\"row\">cycles</th><td>ENOENT: No such file or directory</td>",
		"id=\"boots\"",
		"id=\"reproduce\"",
		"id=\"fingerprint\"",
	};
	struct fixture *f = *state;
	_cleanup_free_ char *text = write_run(f, html_run(f->store, 300, NULL), false);
	const char *last = text;

	check_markup(text);
	/* In this order. */
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		const char *at = strstr(last, parts[i]);

		if (!at)
			fail_msg("not there, or too early: %s", parts[i]);
		last = at;
	}
}

static void html__history_tells_where_it_changed(void **state)
{
	struct fixture *f = *state;
	_cleanup_free_ char *first = write_run(f, html_run(f->store, 300, NULL), false);
	_cleanup_free_ char *last = write_run(f, html_history(f->store), false);

	check_markup(last);
	assert_null(strstr(first, "id=\"history\""));
	assert_non_null(strstr(last, "id=\"history\""));
	assert_non_null(strstr(last, "<title>waiter wall of base over runs</title>"));
	assert_non_null(strstr(last, "<li><b>+10.0 %</b> (+"));
}

static void html__hostile_text_stays_text(void **state)
{
	struct fixture *f = *state;
	_cleanup_free_ char *text = write_run(f, html_run(f->store, 300, HOSTILE), false);

	check_markup(text);
	assert_non_null(strstr(text, "&lt;script&gt;alert(&quot;&#39;1&#39;&quot;)&lt;/script&gt;]]"
				     "&gt;&lt;!--&amp;amp;?[31m??"));
}

static void html__other_runs_are_well_formed(void **state)
{
	struct fixture *f = *state;
	int64_t runs[4] = {f->run};

	for (size_t n = 1; n < ARRAY_SIZE(runs); n++)
		runs[n] = report_demo(f->store, n, n == 3);
	for (size_t i = 0; i < ARRAY_SIZE(runs); i++) {
		for (int exact = 0; exact < 2; exact++) {
			_cleanup_free_ char *text = write_run(f, runs[i], exact);

			check_markup(text);
			assert_non_null(strstr(text, "<h2>Verdict</h2>"));
			/* Nothing to show there. */
			assert_null(strstr(text, "id=\"tails\""));
			assert_null(strstr(text, "id=\"timeline\""));
		}
	}
}

static void html__size_does_not_grow_with_samples(void **state)
{
	struct fixture *f = *state;
	_cleanup_free_ char *few = write_run(f, html_run(f->store, 2000, NULL), false);
	_cleanup_free_ char *many = write_run(f, html_run(f->store, 20000, NULL), false);

	assert_true(strlen(many) < strlen(few) * 11 / 10);
}

#define T(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(html__every_part_is_there),
		T(html__history_tells_where_it_changed),
		T(html__hostile_text_stays_text),
		T(html__other_runs_are_well_formed),
		T(html__size_does_not_grow_with_samples),
	};

	return cmocka_run_group_tests_name("html", tests, NULL, NULL);
}
