// SPDX-License-Identifier: GPL-2.0-only
/* The formats that people paste into mails: golden files, and what holds whatever the names. */
#include "report-fixture.h"

#include <stdio.h>

#include "reports/formats/registry.h"
#include "reports/report.h"
#include "reports/text.h"

static const char plan[] =
	"{\"kernels\":[],\"options\":{\"arch\":\"arm64\",\"base\":\"base\",\"blocks\":\"3\","
	"\"machine\":\"icount\",\"seed\":\"42\"},\"workloads\":[]}";
static const char fingerprint[] =
	"{\"host\":{\"cpu\":\"A CPU\",\"kernel\":\"6.18.0\"},\"machine\":{\"qemu\":\"10.0.2\"},"
	"\"agent_sha256\":\"" SHA_D "\",\"dcbench\":\"0.1.0\"}";

static void replace(const char **text, const char *with)
{
	free((char *)*text);
	*text = with ? strdup(with) : NULL;
}

/* Verdicts of its own, so that the goldens say nothing of statistics. */
static void judge(struct dcb_comparison *comparison, enum dcb_spread spread)
{
	double base = comparison->base.median, candidate = comparison->candidate.median;
	double width = spread == DCB_SPREAD_NONE || !(base > 0) ? 0 : 0.004;

	free(comparison->reason);
	comparison->reason = NULL;
	comparison->verdict = DCB_VERDICT_NONE;
	comparison->further_blocks = 0;
	comparison->has_p = false;
	comparison->exact = spread != DCB_SPREAD_BOOTS;
	comparison->base.bimodal = comparison->candidate.bimodal = false;
	if (!comparison->base.n || !comparison->candidate.n)
		return;
	comparison->has_ratio = base > 0;
	comparison->change = base > 0 ? candidate / base : candidate - base;
	comparison->change_lo = comparison->change * (1 - width);
	comparison->change_hi = comparison->change * (1 + width);
	comparison->has_interval = spread != DCB_SPREAD_NONE;
	comparison->spread = spread;
	comparison->n_pairs = 3;
	comparison->threshold = 0.01;
	comparison->has_p = true;
	comparison->p = 0.03125;
	comparison->p_adjusted = 0.0625;
	if (strcmp(comparison->better, "neither") == 0)
		comparison->verdict = DCB_VERDICT_NONE;
	else if (comparison->change_hi < 0.99)
		comparison->verdict = DCB_VERDICT_IMPROVED;
	else if (comparison->change_lo > 1.01)
		comparison->verdict = DCB_VERDICT_REGRESSED;
	else if (comparison->change_lo >= 0.99 && comparison->change_hi <= 1.01)
		comparison->verdict = DCB_VERDICT_SAME;
	else
		comparison->verdict = DCB_VERDICT_CANNOT_TELL;
	if (comparison->verdict == DCB_VERDICT_CANNOT_TELL)
		comparison->further_blocks = 12;
}

static struct dcb_summary *load(struct fixture *f, int64_t run, enum dcb_spread spread)
{
	struct dcb_summary *summary = NULL;
	struct dcb_error err = DCB_ERROR_NULL;

	if (dcb_summary_new(f->store, run, &(struct dcb_summary_options){.exact = true}, &summary,
			    &err) < 0)
		fail_msg("%s", err.message);
	summary->n_looks = 1;
	summary->alpha = 0.0375;
	summary->level = 0.9625;
	summary->n_judged = 5;
	replace(&summary->run.plan, plan);
	replace(&summary->run.fingerprint, fingerprint);
	for (size_t i = 0; i < summary->n_comparisons; i++)
		judge(&summary->comparisons[i], spread);
	return summary;
}

static char *print(const struct dcb_summary *summary, const struct dcb_report_format *format,
		   int width)
{
	const struct dcb_report report = {.summary = summary, .width = width, .origin = "dcbench"};
	struct dcb_error err = DCB_ERROR_NULL;
	char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	assert_non_null(file);
	if (format->write(&report, file, &err) < 0)
		fail_msg("%s: %s", format->name, err.message);
	assert_int_equal(fclose(file), 0);
	return text;
}

/* tests/data/report/<name>.<format> */
static void check_golden(const struct dcb_summary *summary, const struct dcb_report_format *format,
			 const char *name)
{
	_cleanup_free_ char *got = print(summary, format, 80);
	_cleanup_free_ char *path = dcb_format("report/%s.%s", name, format->name);

	report_check_golden(got, path);
}

static const struct dcb_report_format *const formats[] = {&dcb_report_text, &dcb_report_markdown,
							  &dcb_report_csv, &dcb_report_lkp};

static void report__golden_of_two_kernels(void **state)
{
	struct fixture *f = *state;
	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = load(
		f, report_demo(f->store, 2, false), DCB_SPREAD_LAYOUT);

	for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
		check_golden(summary, formats[i], "two");
}

static void report__golden_of_three_kernels_with_failures(void **state)
{
	struct fixture *f = *state;
	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = load(
		f, report_demo(f->store, 3, true), DCB_SPREAD_BOOTS);

	summary->run.state = DCB_RUN_INTERRUPTED;
	summary->comparisons[0].candidate.bimodal = true;
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
		check_golden(summary, formats[i], "three");
}

static void report__golden_of_base_alone(void **state)
{
	struct fixture *f = *state;
	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = load(
		f, report_demo(f->store, 1, false), DCB_SPREAD_NONE);

	for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
		if (formats[i] != &dcb_report_lkp)
			check_golden(summary, formats[i], "one");
}

static void report__golden_of_a_run_without_boots(void **state)
{
	struct fixture *f = *state;
	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = load(f, f->run, DCB_SPREAD_NONE);

	for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
		check_golden(summary, formats[i], "empty");
}

static void report_lkp__one_kernel_is_a_usage_error(void **state)
{
	struct fixture *f = *state;
	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = load(
		f, report_demo(f->store, 1, false), DCB_SPREAD_NONE);
	const struct dcb_report report = {.summary = summary, .width = 80};
	struct dcb_error err = DCB_ERROR_NULL;

	assert_int_equal(dcb_report_lkp.write(&report, stdout, &err), -EINVAL);
	assert_int_equal(err.kind, DCB_ERROR_USAGE);
	assert_non_null(strstr(err.message, "one kernel"));
}

static void report__one_seed_has_no_interval_and_says_so(void **state)
{
	struct fixture *f = *state;
	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = load(
		f, report_demo(f->store, 2, false), DCB_SPREAD_NONE);
	_cleanup_free_ char *text = print(summary, &dcb_report_text, 80);

	assert_non_null(strstr(text, "intervals: none: one seed, compared to the digit"));
	assert_non_null(strstr(text, "-41.9 %\n"));
}

static void report__what_cannot_be_told_says_what_would_settle_it(void **state)
{
	struct fixture *f = *state;
	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = load(
		f, report_demo(f->store, 2, false), DCB_SPREAD_BOOTS);
	static const struct {
		int64_t further;
		const char *reason, *text;
	} notes[] = {{1, NULL, "+1 block\n"},
		     {12, NULL, "+12 blocks\n"},
		     {DCB_FURTHER_MAX + 1, NULL, "too noisy\n"},
		     {0, "one boot", "one boot\n"},
		     {0, "a reason that has no room in the table, whatever is done, at all",
		      "  waiter cycles: a reason that has no room in the table"}};

	for (size_t i = 0; i < ARRAY_SIZE(notes); i++) {
		_cleanup_free_ char *text = NULL;
		struct dcb_comparison *comparison = &summary->comparisons[0];

		comparison->verdict = DCB_VERDICT_CANNOT_TELL;
		comparison->further_blocks = notes[i].further;
		free(comparison->reason);
		comparison->reason = notes[i].reason ? strdup(notes[i].reason) : NULL;
		text = print(summary, &dcb_report_text, 80);
		if (!strstr(text, notes[i].text))
			fail_msg("no \"%s\" in:\n%s", notes[i].text, text);
	}
}

static void report__metric_of_one_side_is_a_finding(void **state)
{
	struct fixture *f = *state;
	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = load(
		f, report_demo(f->store, 2, false), DCB_SPREAD_BOOTS);
	_cleanup_free_ char *text = NULL;

	summary->comparisons[0].candidate.n = 0;
	summary->comparisons[0].candidate.lacking = strdup("ENOENT: no PMU");
	text = print(summary, &dcb_report_text, 80);
	assert_non_null(strstr(text, "only base has waiter cycles; fixed: ENOENT: no PMU"));
}

/* ---- whatever the names ---- */

static uint64_t next(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return *seed >> 33;
}

/* Up to `most` characters, of `letters`. */
static char *random_text(uint64_t *seed, const char *const *letters, size_t n_letters, size_t most)
{
	size_t n = 1 + next(seed) % most;
	char *text = calloc(n, 8);

	assert_non_null(text);
	for (size_t i = 0; i < n; i++)
		strcat(text, letters[next(seed) % n_letters]);
	return text;
}

/* Names as the lab lets them through, texts as guests may write them. */
static const char *const name_letters[] = {"a", "b", "Z", "7", ".", "_", "+", "-"};
static const char *const wild_letters[] = {
	"a",    "b", " ", " ", "\033", "`",  "<",     "|", "@",   "#1", "\n", "*", "\xc3\xbc",
	"\xff", "_", "[", "]", "(x)",  "\\", "&amp;", "~", "$x$", "-",  "1.", "> "};

static void take(const char **text, char *with)
{
	free((char *)*text);
	*text = with;
}

#define NAME(most) random_text(seed, name_letters, ARRAY_SIZE(name_letters), most)
#define WILD(most) random_text(seed, wild_letters, ARRAY_SIZE(wild_letters), most)

static void rename_all(struct dcb_summary *summary, uint64_t *seed)
{
	for (size_t i = 0; i < summary->n_kernels; i++) {
		take(&summary->kernels[i].name, NAME(32));
		take(&summary->kernels[i].spec, NAME(120));
		take(&summary->kernels[i].kernel.release, WILD(60));
	}
	for (size_t i = 0; i < summary->n_workloads; i++) {
		take(&summary->workloads[i].name, NAME(40));
		take(&summary->workloads[i].params, NAME(200));
	}
	for (size_t i = 0; i < summary->n_comparisons; i++) {
		struct dcb_comparison *comparison = &summary->comparisons[i];

		take((const char **)&comparison->role, NAME(30));
		take((const char **)&comparison->metric, NAME(60));
		take((const char **)&comparison->reason, next(seed) % 2 ? WILD(90) : NULL);
		comparison->verdict = (enum dcb_verdict)(next(seed) % 5);
		comparison->further_blocks = (int64_t)(next(seed) % 3) * 600;
		comparison->base.bimodal = next(seed) % 2;
		comparison->change = (double)next(seed) / 1e8;
		comparison->change_lo = comparison->change - (double)next(seed) / 1e10;
		comparison->change_hi = comparison->change + (double)next(seed) / 1e10;
	}
	for (size_t i = 0; i < summary->n_symptoms; i++)
		take((const char **)&summary->symptoms[i].detail, WILD(200));
	for (size_t i = 0; i < summary->n_boots; i++)
		take(&summary->boots[i].row.reason, WILD(200));
	for (size_t i = 0; i < summary->n_counters; i++)
		take(&summary->counters[i].value, next(seed) % 2 ? WILD(90) : NULL);
	for (size_t i = 0; i < summary->n_settings; i++)
		take((const char **)&summary->settings[i].value, WILD(30));
	summary->run.state = (enum dcb_run_state)(next(seed) % 4);
	take(&summary->run.reason, WILD(200));
}

/* No control character, nothing that is not UTF-8; at most `width` columns. */
static void check_text(const char *text, size_t width)
{
	_cleanup_free_ char *copy = strdup(text);
	char *rest = copy, *line;

	while ((line = strsep(&rest, "\n"))) {
		_cleanup_free_ char *clean = dcb_text_printable(line);

		assert_string_equal(line, clean);
		if (dcb_text_width(line) > width)
			fail_msg("%zu columns instead of %zu: %s", dcb_text_width(line), width,
				 line);
	}
}

static size_t count_run(const char *text, char of)
{
	size_t n = 0;

	while (text[n] == of)
		n++;
	return n;
}

/* One line: outside of code spans nothing is markup that was not meant. Returns its pipes. */
static size_t check_markdown_line(const char *line)
{
	const char *c = line + count_run(line, '#');
	size_t n_pipes = 0;

	while (*c) {
		size_t ticks = count_run(c, '`');

		if (ticks) {
			/* To the run of as many. */
			for (c += ticks; *c && count_run(c, '`') != ticks;)
				c += *c == '`' ? count_run(c, '`') : 1;
			c += *c ? ticks : 0;
		} else if (*c == '\\' && c[1]) {
			c += 2;
		} else {
			if (strchr("<>*[]~$@#", *c))
				fail_msg("markup '%c' in: %s", *c, line);
			n_pipes += *c++ == '|';
		}
	}
	return n_pipes;
}

/* A line that is a block of its own, or begins one. */
static bool begins_block(const char *line)
{
	return !*line || strchr("|#", *line) || strncmp(line, "- ", 2) == 0 ||
	       strncmp(line, "```", 3) == 0;
}

static void check_markdown(const char *text)
{
	_cleanup_free_ char *copy = strdup(text);
	char *rest = copy, *line;
	size_t of_head = 0;
	bool fenced = false;

	check_text(text, 100000);
	while ((line = strsep(&rest, "\n"))) {
		bool is_row = *line == '|';
		size_t n;

		if (strncmp(line, "```", 3) == 0)
			fenced = !fenced;
		if (fenced || strncmp(line, "```", 3) == 0)
			continue;
		/* What is broken belongs together: a span may go on in the next line. */
		while (!is_row && *line && *line != '#' && rest && !begins_block(rest)) {
			rest[-1] = ' ';
			strsep(&rest, "\n");
		}
		n = check_markdown_line(line);
		if (is_row && of_head)
			assert_int_equal(n, of_head);
		of_head = is_row ? n : 0;
	}
	assert_false(fenced);
}

static void report__any_names_fit_and_stay_text(void **state)
{
	struct fixture *f = *state;
	int64_t run = report_demo(f->store, 3, true);

	for (uint64_t i = 0; i < 150; i++) {
		_cleanup_(dcb_summary_freep) struct dcb_summary *summary = load(f, run,
										DCB_SPREAD_BOOTS);
		_cleanup_free_ char *text = NULL, *markdown = NULL, *lkp = NULL, *csv = NULL;
		int width = 60 + (int)(i % 60);
		uint64_t seed = i;

		rename_all(summary, &seed);
		text = print(summary, &dcb_report_text, width);
		check_text(text, (size_t)width);
		markdown = print(summary, &dcb_report_markdown, 80);
		check_markdown(markdown);
		lkp = print(summary, &dcb_report_lkp, 80);
		check_text(lkp, 100000);
		csv = print(summary, &dcb_report_csv, 80);
		assert_non_null(strstr(csv, "\r\n"));
	}
}

/* A narrow terminal, or none: nothing breaks. */
static void report__any_width_is_survived(void **state)
{
	struct fixture *f = *state;
	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = load(
		f, report_demo(f->store, 3, true), DCB_SPREAD_BOOTS);

	for (int width = 0; width < 200; width++) {
		_cleanup_free_ char *text = print(summary, &dcb_report_text, width);

		assert_non_null(text);
	}
}

static void report__full_disk_is_seen(void **state)
{
	struct fixture *f = *state;
	_cleanup_(dcb_summary_freep) struct dcb_summary *summary = load(
		f, report_demo(f->store, 3, true), DCB_SPREAD_BOOTS);
	const struct dcb_report report = {.summary = summary, .width = 80};

	for (size_t i = 0; i < ARRAY_SIZE(formats); i++) {
		_cleanup_fclose_ FILE *full = fopen("/dev/full", "we");
		struct dcb_error err = DCB_ERROR_NULL;

		assert_non_null(full);
		(void)formats[i]->write(&report, full, &err);
		assert_true(fflush(full) != 0 || ferror(full));
	}
}

#define T(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(report__golden_of_two_kernels),
		T(report__golden_of_three_kernels_with_failures),
		T(report__golden_of_base_alone),
		T(report__golden_of_a_run_without_boots),
		T(report_lkp__one_kernel_is_a_usage_error),
		T(report__one_seed_has_no_interval_and_says_so),
		T(report__what_cannot_be_told_says_what_would_settle_it),
		T(report__metric_of_one_side_is_a_finding),
		T(report__any_names_fit_and_stay_text),
		T(report__any_width_is_survived),
		T(report__full_disk_is_seen),
	};

	return cmocka_run_group_tests_name("report", tests, NULL, NULL);
}
