// SPDX-License-Identifier: GPL-2.0-only
/*
 * How often are the verdicts wrong, and how many boots do they need? Samples with known properties
 * are stored as runs and judged by dcb_summary_new(), as `dcbench show` does; beside it, on the
 * same samples, two rules in use elsewhere:
 *
 *   ranges  LKP's: a change where the least of one side is above the middle of the other and the
 *           middle above the greatest; hidden at 1 % and less (5 % for most metrics)
 *   pooled  a Welch test at 5 % over all iterations of all boots, as if each were a boot
 *
 *   bench-verdicts false-alarms [RUNS]        nothing changed, ten metrics a run
 *   bench-verdicts looks [RUNS]               the same, looked at again and again until settled
 *   bench-verdicts power [RUNS]               one of ten metrics is 2 % slower
 *   bench-verdicts further [RUNS]             does "+N blocks" settle it?
 *   bench-verdicts real DB RUN BLOCKS SPLITS [flip [FACTOR]]   samples of a stored run, see below
 *
 * real: draws BLOCKS blocks of the run SPLITS times, without replacement in a split; boots are
 * reused across splits. flip: which kernel a boot belongs to is drawn anew in each block, so that
 * nothing can have changed (for a run of one kernel under two names). FACTOR: every figure of the
 * second side is multiplied by it; "false" then counts what was found. Prints Markdown; judges
 * nothing.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "lab/until.h"
#include "reports/summary.h"
#include "schema/store.h"

#include "other-rules.h"
#include "samples.h"

#define METRICS     10
#define BATCH       50 /* runs a database */
#define LEAST_SHOWN 0.01

/* ---- ours ---- */

struct bench {
	char *folder;
	struct dcb_store *store;
	size_t n_runs; /* in this database */
	struct dcb_error err;
};

static void check(struct bench *bench, int r)
{
	if (r < 0)
		die(bench->err.message);
}

static void bench_end(struct bench *bench)
{
	dcb_store_close(bench->store);
	bench->store = NULL;
	dcb_dir_removep(&bench->folder);
	bench->folder = NULL;
}

static void bench_begin(struct bench *bench)
{
	const char *parent = getenv("TMPDIR");
	_cleanup_free_ char *path = NULL;

	if (bench->store && ++bench->n_runs < BATCH)
		return;
	bench_end(bench);
	bench->n_runs = 0;
	check(bench, dcb_dir_temporary(parent ? parent : "/tmp", "dcb-verdicts-", &bench->folder,
				       &bench->err));
	path = dcb_format("%s/a.db", bench->folder);
	if (!path)
		die("out of memory");
	check(bench, dcb_store_open(path, DCB_STORE_WRITE, &bench->store, &bench->err));
}

static void put_boot(struct bench *bench, int64_t run, const struct data *data,
		     const int64_t *metrics, size_t kernel, size_t block)
{
	const struct dcb_store_boot boot = {
		.kernel = kernel,
		.block = (int64_t)block,
		.position = (int64_t)(2 * block + kernel),
		.seed = (int64_t)block + 1,
		.state = "ok",
		.wall_s = 1,
		.guest_s = -1,
		.hello_guest_s = -1,
		.first_record_s = -1,
		.cpu_s = -1,
		.memory_peak_bytes = -1,
		.agent_s = -1,
	};
	struct dcb_store_boot_data rows = {0};
	_cleanup_free_ struct dcb_store_sample *samples = NULL;
	size_t n = 0;
	int64_t id;

	for (size_t m = 0; m < data->n_metrics; m++)
		n += data->series[m][kernel][block].n;
	samples = calloc(n + 1, sizeof(*samples));
	if (!samples)
		die("out of memory");
	for (size_t m = 0; m < data->n_metrics; m++)
		for (size_t i = 0; i < data->series[m][kernel][block].n; i++)
			samples[rows.n_samples++] = (struct dcb_store_sample){
				.metric = metrics[m],
				.iteration = (int)i,
				.present = true,
				.value = data->series[m][kernel][block].values[i],
			};
	rows.samples = samples;
	check(bench, dcb_store_put_boot(bench->store, run, &boot, &rows, &id, &bench->err));
}

/* At which numbers of blocks a run was looked at; none: once, now. */
struct looks {
	int64_t at[32];
	size_t n;
};

static int64_t put_run(struct bench *bench, const struct data *data, const struct looks *looks)
{
	const struct dcb_store_run_kernel kernels[] = {
		{"base", "x", {.sha256 = "0", .release = "1", .arch = "x86_64", .origin = "{}"}},
		{"fixed", "x", {.sha256 = "1", .release = "2", .arch = "x86_64", .origin = "{}"}},
	};
	struct dcb_store_run_kernel rows[2];
	const struct dcb_store_run_workload workload = {"null", ""};
	struct dcb_store_run row = {
		.state = DCB_RUN_DONE,
		.machine = "tcg",
		.arch = "x86_64",
		.seed = (int64_t)bench->n_runs + 1,
		.blocks = (int64_t)data->n_blocks,
		.base = "base",
		.plan = "{}",
		.fingerprint = "{}",
	};
	char shas[2][65];
	int64_t metrics[256], run;

	if (data->n_metrics > ARRAY_SIZE(metrics))
		die("too many metrics");
	bench_begin(bench);
	for (size_t k = 0; k < 2; k++) {
		memset(shas[k], '0' + (int)k, 64);
		shas[k][64] = '\0';
		rows[k] = kernels[k];
		rows[k].kernel.sha256 = shas[k];
	}
	check(bench,
	      dcb_store_create_run(bench->store, &row, rows, 2, &workload, 1, &run, &bench->err));
	for (size_t m = 0; m < data->n_metrics; m++) {
		char name[32];
		const struct dcb_store_metric metric = {"null", "", name, "ns", "lower", true};

		snprintf(name, sizeof(name), "m%03zu", m);
		check(bench, dcb_store_metric(bench->store, &metric, &metrics[m], &bench->err));
	}
	for (size_t k = 0; k < 2; k++)
		for (size_t b = 0; b < data->n_blocks; b++)
			put_boot(bench, run, data, metrics, k, b);
	for (size_t i = 0; looks && i < looks->n; i++)
		check(bench, dcb_store_add_look(bench->store, run, looks->at[i], &bench->err));
	return run;
}

static struct dcb_summary *judge(struct bench *bench, const struct data *data,
				 const struct looks *looks)
{
	const struct dcb_summary_options options = {0};
	struct dcb_summary *summary = NULL;

	check(bench, dcb_summary_new(bench->store, put_run(bench, data, looks), &options, &summary,
				     &bench->err));
	if (summary->n_comparisons != data->n_metrics)
		die("a metric is missing");
	return summary;
}

static bool is_change(const struct dcb_comparison *comparison)
{
	return comparison->verdict == DCB_VERDICT_IMPROVED ||
	       comparison->verdict == DCB_VERDICT_REGRESSED;
}

/* ---- what is counted ---- */

struct tally {
	size_t runs, runs_changed, metrics, changed, same, cannot_tell;
	size_t ranges, ranges_large, pooled;
	size_t first_found, ranges_found, pooled_found; /* of the first metric */
};

static void count(struct tally *tally, const struct dcb_summary *summary, const struct data *data)
{
	bool any = false;

	tally->runs++;
	for (size_t m = 0; m < data->n_metrics; m++) {
		const struct dcb_comparison *comparison = &summary->comparisons[m];
		const struct series(*sides)[MAX_BLOCKS] = data->series[m];
		bool ranges = ranges_say(sides, data->n_blocks, LEAST_SHOWN);
		bool pooled = pooled_says(sides, data->n_blocks);

		tally->metrics++;
		tally->changed += is_change(comparison);
		tally->same += comparison->verdict == DCB_VERDICT_SAME;
		tally->cannot_tell += comparison->verdict == DCB_VERDICT_CANNOT_TELL;
		tally->ranges += ranges;
		tally->ranges_large += ranges_say(sides, data->n_blocks, 5 * LEAST_SHOWN);
		tally->pooled += pooled;
		any = any || is_change(comparison);
		if (m == 0) {
			tally->first_found += comparison->verdict == DCB_VERDICT_REGRESSED;
			tally->ranges_found += ranges;
			tally->pooled_found += pooled;
		}
	}
	tally->runs_changed += any;
}

static double percent(size_t part, size_t whole)
{
	return whole ? 100.0 * (double)part / (double)whole : 0;
}

static void print_false_alarms(const char *name, const struct tally *tally)
{
	printf("| %s | %.2f %% | %.1f %% | %.0f %% | %.0f %% | %.1f %% | %.1f %% | %.1f %% |\n",
	       name, percent(tally->changed, tally->metrics),
	       percent(tally->runs_changed, tally->runs), percent(tally->same, tally->metrics),
	       percent(tally->cannot_tell, tally->metrics), percent(tally->ranges, tally->metrics),
	       percent(tally->ranges_large, tally->metrics),
	       percent(tally->pooled, tally->metrics));
	fflush(stdout);
}

static void head_false_alarms(void)
{
	printf("| samples | false, a metric | a run with any | same | cannot-tell | ranges, 1 %% | "
	       "ranges, 5 %% | pooled Welch |\n| --- | --- | --- | --- | --- | --- | --- | --- "
	       "|\n");
}

static void tally_draws(struct bench *bench, const struct noise *noise, size_t n_blocks,
			double effect, size_t runs, struct tally *tally)
{
	struct dcb_random random = {
		dcb_random_derive(1, (uint64_t)(noise - noises) * 100 + n_blocks)};

	for (size_t run = 0; run < runs; run++) {
		_cleanup_(dcb_summary_freep) struct dcb_summary *summary = NULL;
		struct data data;

		data_init(&data, n_blocks, METRICS);
		data_draw(&data, noise, effect, &random);
		summary = judge(bench, &data, NULL);
		count(tally, summary, &data);
		data_deinit(&data, true);
	}
}

static void false_alarms(struct bench *bench, size_t runs)
{
	printf("%zu runs each, %d metrics of %d iterations, nothing changed.\n\n", runs, METRICS,
	       ITERATIONS);
	head_false_alarms();
	for (size_t i = 0; i < ARRAY_SIZE(noises); i++)
		for (size_t blocks = 6; blocks <= 12; blocks += 6) {
			struct tally tally = {0};
			char name[64];

			tally_draws(bench, &noises[i], blocks, 0, runs, &tally);
			snprintf(name, sizeof(name), "%s; %zu blocks", noises[i].name, blocks);
			print_false_alarms(name, &tally);
		}
}

static void power(struct bench *bench, size_t runs)
{
	static const size_t blocks[] = {8, 10, 12, 16, 24, 32, 48, 64};

	printf("%zu runs each; one of %d metrics is 2 %% slower. How often is it found "
	       "(ranges / pooled)?\n\n| samples |",
	       runs, METRICS);
	for (size_t i = 0; i < ARRAY_SIZE(blocks); i++)
		printf(" %zu blocks |", blocks[i]);
	printf("\n| --- |");
	for (size_t i = 0; i < ARRAY_SIZE(blocks); i++)
		printf(" --- |");
	putchar('\n');
	for (size_t i = 0; i < ARRAY_SIZE(noises); i++) {
		printf("| %s |", noises[i].name);
		for (size_t j = 0; j < ARRAY_SIZE(blocks); j++) {
			struct tally tally = {0};

			tally_draws(bench, &noises[i], blocks[j], 0.02, runs, &tally);
			printf(" %.0f %% (%.0f / %.0f) |", percent(tally.first_found, runs),
			       percent(tally.ranges_found, runs),
			       percent(tally.pooled_found, runs));
			fflush(stdout);
		}
		putchar('\n');
	}
}

/* ---- repeated looks ---- */

/* The first `n` blocks of the same samples, borrowed. */
static struct data data_first(const struct data *data, size_t n)
{
	struct data first = *data;

	first.n_blocks = n;
	return first;
}

/* One run, looked at until it is settled and, by the rule without spending, to its end. */
struct course {
	bool is_false, is_false_plain, settled;
	struct looks looks;
	size_t blocks; /* when it was settled, or all */
};

static void look(struct bench *bench, const struct data *data, size_t n, struct course *course)
{
	_cleanup_(dcb_summary_freep) struct dcb_summary *honest = NULL;
	_cleanup_(dcb_summary_freep) struct dcb_summary *plain = NULL;
	struct data first = data_first(data, n);
	struct tally tally = {0}, plain_tally = {0};

	plain = judge(bench, &first, NULL);
	count(&plain_tally, plain, &first);
	course->is_false_plain = course->is_false_plain || plain_tally.runs_changed;
	if (course->settled)
		return;
	course->looks.at[course->looks.n++] = (int64_t)n;
	honest = judge(bench, &first, &course->looks);
	count(&tally, honest, &first);
	course->is_false = course->is_false || tally.runs_changed;
	course->settled = dcb_summary_is_settled(honest);
	course->blocks = n;
}

static void look_again(struct bench *bench, size_t runs)
{
	const struct dcb_until until = {.settled = true, .first_look = 6, .max_blocks = 40};

	printf("%zu runs each, nothing changed; looked at with 6 blocks, then a quarter more each "
	       "time, until every metric is settled or there are 40 blocks.\n\n"
	       "| samples | a run with any false verdict at any look | the same if each look "
	       "were the first | looks | blocks |\n| --- | --- | --- | --- | --- |\n",
	       runs);
	for (size_t i = 0; i < ARRAY_SIZE(noises); i++) {
		struct dcb_random random = {dcb_random_derive(2, i)};
		size_t n_false = 0, n_plain = 0, n_looks = 0, n_blocks = 0;

		for (size_t run = 0; run < runs; run++) {
			struct course course = {0};
			struct data data;

			data_init(&data, 40, METRICS);
			data_draw(&data, &noises[i], 0, &random);
			for (int64_t n = 6, before = 0; n != before;
			     before = n, n = dcb_until_next(&until, n))
				look(bench, &data, (size_t)n, &course);
			n_false += course.is_false;
			n_plain += course.is_false_plain;
			n_looks += course.looks.n;
			n_blocks += course.blocks;
			data_deinit(&data, true);
		}
		printf("| %s | %.1f %% | %.1f %% | %.1f | %.1f |\n", noises[i].name,
		       percent(n_false, runs), percent(n_plain, runs),
		       (double)n_looks / (double)runs, (double)n_blocks / (double)runs);
		fflush(stdout);
	}
}

/* ---- "+N blocks" ---- */

static void further(struct bench *bench, size_t runs)
{
	static const double effects[] = {0, 0.02, 0.05};

	printf("%zu runs each of one metric and 6 blocks; where it cannot be told and N more "
	       "blocks "
	       "are named, N are added. How often is it settled then?\n\n"
	       "| samples | change | cannot-tell at 6 | median N | settled with them |\n"
	       "| --- | --- | --- | --- | --- |\n",
	       runs);
	for (size_t i = 0; i < ARRAY_SIZE(noises); i++)
		for (size_t e = 0; e < ARRAY_SIZE(effects); e++) {
			struct dcb_random random = {dcb_random_derive(3, i * 10 + e)};
			size_t n_open = 0, n_named = 0, n_settled = 0;
			_cleanup_free_ double *named = calloc(runs + 1, sizeof(*named));
			struct series all = {named, 0};

			if (!named)
				die("out of memory");
			for (size_t run = 0; run < runs; run++) {
				_cleanup_(dcb_summary_freep) struct dcb_summary *early = NULL;
				_cleanup_(dcb_summary_freep) struct dcb_summary *late = NULL;
				struct data data, first;
				int64_t more;

				data_init(&data, MAX_BLOCKS, 1);
				data_draw(&data, &noises[i], effects[e], &random);
				first = data_first(&data, 6);
				early = judge(bench, &first, &(struct looks){{6}, 1});
				more = early->comparisons[0].further_blocks;
				if (!dcb_summary_is_settled(early)) {
					n_open++;
					if (more > 0)
						named[all.n++] = (double)more;
					if (more > 0 && more <= MAX_BLOCKS - 6) {
						n_named++;
						first = data_first(&data, 6 + (size_t)more);
						late = judge(bench, &first,
							     &(struct looks){{6, 6 + more}, 2});
						n_settled += dcb_summary_is_settled(late);
					}
				}
				data_deinit(&data, true);
			}
			printf("| %s | +%.0f %% | %.0f %% | %.0f | %.0f %% of %zu |\n",
			       noises[i].name, 100 * effects[e], percent(n_open, runs),
			       all.n ? median(&all) : 0, percent(n_settled, n_named), n_named);
			fflush(stdout);
		}
}

/* ---- real samples ---- */

struct real {
	struct data data;
	struct {
		size_t workload;
		int64_t metric;
	} metrics[256];
};

static int read_sample(void *context, const struct dcb_store_sample_row *row)
{
	struct real *real = context;
	struct data *data = &real->data;
	struct series *series;
	size_t m;

	if (row->sample->iteration < 0 || !row->sample->present ||
	    strcmp(row->metric->better, "neither") == 0 || row->kernel > 1 ||
	    row->block >= MAX_BLOCKS)
		return 0;
	for (m = 0; m < data->n_metrics; m++)
		if (real->metrics[m].workload == row->sample->workload &&
		    real->metrics[m].metric == row->sample->metric)
			break;
	if (m == ARRAY_SIZE(real->metrics))
		die("too many metrics");
	if (m == data->n_metrics) {
		data->series = reallocarray(data->series, m + 1, sizeof(*data->series));
		if (!data->series)
			die("out of memory");
		memset(&data->series[m], 0, sizeof(data->series[m]));
		real->metrics[m].workload = row->sample->workload;
		real->metrics[m].metric = row->sample->metric;
		data->n_metrics++;
	}
	series = &data->series[m][row->kernel][row->block];
	series->values = reallocarray(series->values, series->n + 1, sizeof(double));
	if (!series->values)
		die("out of memory");
	series->values[series->n++] = row->sample->value;
	if ((size_t)row->block >= data->n_blocks)
		data->n_blocks = (size_t)row->block + 1;
	return 0;
}

/* Metrics that some boot lacks would be compared over fewer blocks. */
static void drop_incomplete(struct data *data)
{
	size_t n = 0;

	for (size_t m = 0; m < data->n_metrics; m++) {
		bool whole = true;

		for (size_t k = 0; k < 2; k++)
			for (size_t b = 0; b < data->n_blocks; b++)
				whole = whole && data->series[m][k][b].n > 0;
		if (whole)
			memcpy(&data->series[n++], &data->series[m], sizeof(data->series[m]));
	}
	data->n_metrics = n;
}

static void split(const struct data *whole, size_t n_blocks, bool flip, struct dcb_random *random,
		  struct data *part)
{
	size_t order[MAX_BLOCKS];

	for (size_t b = 0; b < whole->n_blocks; b++)
		order[b] = b;
	dcb_random_shuffle(random, order, whole->n_blocks);
	data_init(part, n_blocks, whole->n_metrics);
	for (size_t b = 0; b < n_blocks; b++) {
		size_t swap = flip ? dcb_random_below(random, 2) : 0;

		for (size_t m = 0; m < whole->n_metrics; m++)
			for (size_t k = 0; k < 2; k++)
				part->series[m][k][b] = whole->series[m][k ^ swap][order[b]];
	}
}

/* Makes the values its own, and one side slower. */
static void slow_down(struct data *data, double factor)
{
	for (size_t m = 0; m < data->n_metrics; m++)
		for (size_t b = 0; b < data->n_blocks; b++) {
			struct series *series = &data->series[m][1][b];
			double *values = calloc(series->n + 1, sizeof(*values));

			if (!values)
				die("out of memory");
			for (size_t i = 0; i < series->n; i++)
				values[i] = series->values[i] * factor;
			series->values = values;
		}
}

static void free_slow(struct data *data)
{
	for (size_t m = 0; m < data->n_metrics; m++)
		for (size_t b = 0; b < data->n_blocks; b++)
			free(data->series[m][1][b].values);
}

static void real(struct bench *bench, const char *path, int64_t run, size_t n_blocks, size_t splits,
		 bool flip, double factor)
{
	_cleanup_(dcb_store_closep) struct dcb_store *store = NULL;
	struct dcb_random random = {dcb_random_derive(4, n_blocks)};
	struct real real = {0};
	struct tally tally = {0};
	char name[64];

	check(bench, dcb_store_open(path, DCB_STORE_READ, &store, &bench->err));
	check(bench, dcb_store_each_sample(store, run, read_sample, &real, &bench->err));
	drop_incomplete(&real.data);
	if (!real.data.n_metrics || real.data.n_blocks < n_blocks)
		die("the run has too few blocks, or no metric that every boot has");
	for (size_t i = 0; i < splits; i++) {
		_cleanup_(dcb_summary_freep) struct dcb_summary *summary = NULL;
		struct data part;

		split(&real.data, n_blocks, flip, &random, &part);
		slow_down(&part, factor);
		summary = judge(bench, &part, NULL);
		count(&tally, summary, &part);
		free_slow(&part);
		data_deinit(&part, false);
	}
	printf("%zu splits of %zu blocks out of %zu; %zu metrics.\n\n", splits, n_blocks,
	       real.data.n_blocks, real.data.n_metrics);
	head_false_alarms();
	snprintf(name, sizeof(name), "run %" PRId64 ", x%g; %zu blocks", run, factor, n_blocks);
	print_false_alarms(name, &tally);
	data_deinit(&real.data, true);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	size_t runs = argc > 2 ? strtoul(argv[2], NULL, 10) : 1000;
	struct bench bench = {0};

	if (strcmp(what, "real") == 0 && argc >= 6)
		real(&bench, argv[2], strtoll(argv[3], NULL, 10), strtoul(argv[4], NULL, 10),
		     strtoul(argv[5], NULL, 10), argc > 6 && strcmp(argv[6], "flip") == 0,
		     argc > 7 ? strtod(argv[7], NULL) : 1);
	else if (strcmp(what, "false-alarms") == 0)
		false_alarms(&bench, runs);
	else if (strcmp(what, "looks") == 0)
		look_again(&bench, runs);
	else if (strcmp(what, "power") == 0)
		power(&bench, runs);
	else if (strcmp(what, "further") == 0)
		further(&bench, runs);
	else
		die("give false-alarms, looks, power, further, or real DB RUN BLOCKS SPLITS "
		    "[flip [FACTOR]]");
	bench_end(&bench);
	return 0;
}
