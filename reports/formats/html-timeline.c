// SPDX-License-Identifier: GPL-2.0-only
/*
 * What each waiter did, iteration by iteration: a bar is the wall time of its call, of which the
 * part on a CPU is filled, the part in which it wanted one is paler (busy, of
 * workloads/dying-state.h), and the rest, asleep, is empty. A spinner's bar is full, a sleeper's
 * hollow, at the same height: that is the difference, and it is not one of latency.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "reports/formats/html.h"
#include "reports/table-rows.h"

#define WIDTH    360.0
#define LEFT     52.0
#define RIGHT    8.0
#define LANE     84.0
#define BAR_TOP  18.0 /* in its lane */
#define BAR_FOOT 68.0
#define SIGN_AT  76.0
#define BARS_MAX 48 /* of a kernel: the first */

static const struct state {
	const char *name, *words;
	enum dcb_svg_shape shape;
} states[] = {
	{"spin", "spins", DCB_SVG_SQUARE},
	{"sleep", "sleeps", DCB_SVG_RING},
	{"no-wait", "does not wait", DCB_SVG_DASH},
	{"unclear", "unclear", DCB_SVG_DIAMOND},
	{"miss", "missed the moment", DCB_SVG_CROSS},
};
#define UNCLEAR 3

struct bar {
	int64_t block;
	int iteration, thread;
	const struct state *state;
	double wall, cpu, busy; /* NAN: not told */
};

struct lane {
	struct bar bars[BARS_MAX];
	size_t n, boot_from; /* the first bar of the boot that is being read */
	bool full;           /* some were left out */
};

struct timeline {
	struct dcb_html *html;
	struct lane *lanes; /* n_workloads x n_kernels */
	char **roles;       /* one a workload: whose states these are; or NULL */
	const struct dcb_store_boot *boot;
};

static void timeline_deinit(struct timeline *timeline)
{
	for (size_t i = 0; timeline->roles && i < timeline->html->summary->n_workloads; i++)
		free(timeline->roles[i]);
	free(timeline->roles);
	free(timeline->lanes);
}

static struct lane *lane_of(const struct timeline *timeline, size_t workload, size_t kernel)
{
	return &timeline->lanes[workload * timeline->html->summary->n_kernels + kernel];
}

/* ---- reading ---- */

static const struct state *find_state(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(states); i++)
		if (strcmp(states[i].name, name) == 0)
			return &states[i];
	return &states[UNCLEAR];
}

static int read_state(void *context, const struct dcb_store_state *row)
{
	struct timeline *timeline = context;
	struct lane *lane;
	char **role;

	if (row->workload >= timeline->html->summary->n_workloads || row->iteration < 0)
		return 0;
	role = &timeline->roles[row->workload];
	if (!*role)
		*role = strdup(row->role);
	if (!*role)
		return dcb_error_oom(timeline->html->err);
	lane = lane_of(timeline, row->workload, timeline->boot->kernel);
	if (strcmp(*role, row->role) != 0)
		return 0;
	if (lane->n == BARS_MAX) {
		lane->full = true;
		return 0;
	}
	lane->bars[lane->n++] = (struct bar){timeline->boot->block,
					     row->iteration,
					     row->thread,
					     find_state(row->state),
					     NAN,
					     NAN,
					     NAN};
	return 0;
}

static int read_sample(void *context, const struct dcb_store_sample_row *row)
{
	struct timeline *timeline = context;
	size_t workload = row->sample->workload;
	const char *name = row->metric->name;
	struct lane *lane;

	if (workload >= timeline->html->summary->n_workloads || !timeline->roles[workload] ||
	    !row->sample->present || strcmp(row->metric->role, timeline->roles[workload]) != 0)
		return 0;
	lane = lane_of(timeline, workload, timeline->boot->kernel);
	for (size_t i = lane->boot_from; i < lane->n; i++) {
		struct bar *bar = &lane->bars[i];

		if (bar->iteration != row->sample->iteration || bar->thread != row->sample->thread)
			continue;
		if (strcmp(name, "wall") == 0)
			bar->wall = row->sample->value;
		else if (strcmp(name, "cpu") == 0)
			bar->cpu = row->sample->value;
		else if (strcmp(name, "busy") == 0)
			bar->busy = row->sample->value;
		return 0;
	}
	return 0;
}

static int read_boot(struct timeline *timeline)
{
	size_t n_workloads = timeline->html->summary->n_workloads;
	bool any = false;
	int r;

	for (size_t i = 0; i < n_workloads; i++) {
		struct lane *lane = lane_of(timeline, i, timeline->boot->kernel);

		lane->boot_from = lane->n;
	}
	r = dcb_store_each_state(timeline->html->store, timeline->boot->id, read_state, timeline,
				 timeline->html->err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < n_workloads; i++) {
		struct lane *lane = lane_of(timeline, i, timeline->boot->kernel);

		any = any || lane->n > lane->boot_from;
	}
	if (!any)
		return 0;
	return dcb_store_each_boot_sample(timeline->html->store, timeline->boot->id, read_sample,
					  timeline, timeline->html->err);
}

/* Of thousands of boots those are read that can have bars: each has one at least. */
static int read_boots(struct timeline *timeline, size_t kernel)
{
	const struct dcb_summary *summary = timeline->html->summary;
	size_t n = 0;

	for (size_t i = 0; i < summary->n_boots; i++) {
		int r;

		timeline->boot = &summary->boots[i].row;
		if (timeline->boot->kernel != kernel || !dcb_store_boot_is_good(timeline->boot))
			continue;
		if (n++ < BARS_MAX) {
			r = read_boot(timeline);
			if (r < 0)
				return r;
			continue;
		}
		for (size_t j = 0; j < summary->n_workloads; j++)
			lane_of(timeline, j, kernel)->full = true;
		break;
	}
	return 0;
}

/* ---- drawing ---- */

struct panel {
	const struct timeline *timeline;
	size_t workload, n_bars; /* the most that a lane has */
	struct dcb_axis axis;    /* of wall time, upwards; in each lane */
};

static bool set_axis(struct panel *panel)
{
	double most = 0;

	for (size_t kernel = 0; kernel < panel->timeline->html->summary->n_kernels; kernel++) {
		const struct lane *lane = lane_of(panel->timeline, panel->workload, kernel);

		panel->n_bars = lane->n > panel->n_bars ? lane->n : panel->n_bars;
		for (size_t i = 0; i < lane->n; i++)
			if (isfinite(lane->bars[i].wall))
				most = fmax(most, lane->bars[i].wall);
	}
	if (most <= 0)
		return false;
	dcb_axis_init(&panel->axis, 0, most, false, 2, "ns");
	panel->axis.from = BAR_FOOT;
	panel->axis.to = BAR_TOP;
	return true;
}

/* "block 1, iteration 4: spins; 139 ms, of it 67.8 ms on a CPU" */
static char *tip_text(const struct bar *bar)
{
	char wall[64] = "not told", cpu[64] = "not told";

	if (isfinite(bar->wall))
		dcb_format_value(bar->wall, "ns", wall, sizeof(wall));
	if (isfinite(bar->cpu))
		dcb_format_value(bar->cpu, "ns", cpu, sizeof(cpu));
	return dcb_format("block %" PRId64 ", iteration %d: %s; wall %s, on a CPU %s", bar->block,
			  bar->iteration, bar->state->words, wall, cpu);
}

static int put_bar(const struct panel *panel, const struct bar *bar, double x, double width,
		   double y)
{
	struct dcb_markup *out = &panel->timeline->html->out;
	_cleanup_free_ char *tip = tip_text(bar);
	double foot = y + BAR_FOOT;
	char class[48];

	if (!tip)
		return -ENOMEM;
	if (isfinite(bar->wall)) {
		double wanted = isfinite(bar->busy) ? bar->wall * fmin(bar->busy, 1) : 0;

		dcb_svg_rect(out, "asleep", x, y + dcb_axis_at(&panel->axis, bar->wall), x + width,
			     foot, tip);
		snprintf(class, sizeof(class), "wants %s", bar->state->name);
		if (wanted > 0)
			dcb_svg_rect(out, class, x, y + dcb_axis_at(&panel->axis, wanted),
				     x + width, foot, tip);
		snprintf(class, sizeof(class), "runs %s", bar->state->name);
		if (isfinite(bar->cpu) && bar->cpu > 0)
			dcb_svg_rect(out, class, x, y + dcb_axis_at(&panel->axis, bar->cpu),
				     x + width, foot, tip);
	}
	snprintf(class, sizeof(class), "sign %s", bar->state->name);
	dcb_svg_mark(out, class, bar->state->shape, x + width / 2, y + SIGN_AT,
		     fmin(width, 7) * 0.9, NULL);
	return 0;
}

static int put_lane(const struct panel *panel, size_t kernel)
{
	const struct dcb_summary *summary = panel->timeline->html->summary;
	const struct lane *lane = lane_of(panel->timeline, panel->workload, kernel);
	struct dcb_markup *out = &panel->timeline->html->out;
	_cleanup_free_ char *name = dcb_table_kernel(summary, kernel);
	double y = (double)kernel * LANE, slot = (WIDTH - LEFT - RIGHT) / (double)panel->n_bars;

	if (!name)
		return -ENOMEM;
	slot = fmin(slot, 20);
	dcb_svg_text_within(out, "name", LEFT, y + 11, WIDTH - LEFT - RIGHT, name);
	for (size_t i = 0; i < panel->axis.n_ticks; i++) {
		double at = y + dcb_axis_at(&panel->axis, panel->axis.ticks[i]);
		char label[64];

		dcb_axis_label(&panel->axis, i, label, sizeof(label));
		dcb_svg_line(out, "grid", LEFT, at, WIDTH - RIGHT, at);
		dcb_svg_text(out, "tick end", LEFT - 5, at + 4, label);
	}
	dcb_svg_line(out, "ax", LEFT, y + BAR_FOOT, WIDTH - RIGHT, y + BAR_FOOT);
	for (size_t i = 0; i < lane->n; i++) {
		double x = LEFT + (double)i * slot;
		int r = put_bar(panel, &lane->bars[i], x + slot * 0.12, slot * 0.76, y);

		if (r < 0)
			return r;
		if (i > 0 && lane->bars[i].block != lane->bars[i - 1].block)
			dcb_svg_line(out, "boot", x, y + BAR_TOP - 4, x, y + SIGN_AT + 4);
	}
	if (!lane->n)
		dcb_svg_text(out, "note", LEFT + 6, y + 44, "no iteration is told");
	return 0;
}

static int put_panel(struct panel *panel)
{
	const struct timeline *timeline = panel->timeline;
	const struct dcb_summary *summary = timeline->html->summary;
	const char *workload = summary->workloads[panel->workload].name;
	struct dcb_markup *out = &timeline->html->out;
	_cleanup_free_ char *title = dcb_format("What the %s did in %s",
						timeline->roles[panel->workload], workload);
	bool full = false;

	if (!title)
		return -ENOMEM;
	for (size_t kernel = 0; kernel < summary->n_kernels; kernel++)
		full = full || lane_of(timeline, panel->workload, kernel)->full;
	dcb_markup_put(out,
		       "<figure>\n<figcaption>%s <span class=\"soft\">%s%s</span>"
		       "</figcaption>\n",
		       workload, timeline->roles[panel->workload], full ? ", the first boots" : "");
	dcb_svg_begin(
		out, "panel", WIDTH, (double)summary->n_kernels * LANE, title,
		"One bar an iteration, one lane a kernel; its height is wall time, its filled "
		"part the time on a CPU; the sign below tells the state");
	for (size_t kernel = 0; kernel < summary->n_kernels; kernel++) {
		int r = put_lane(panel, kernel);

		if (r < 0)
			return r;
	}
	dcb_svg_end(out);
	dcb_markup_put(out, "</figure>\n");
	return 0;
}

static void put_legend_sign(struct dcb_markup *out, const struct state *state)
{
	char class[48];

	snprintf(class, sizeof(class), "sign %s", state->name);
	dcb_markup_put(out, "<li><svg class=\"legend\" viewBox=\"0 0 12 12\" "
			    "aria-hidden=\"true\">");
	dcb_svg_mark(out, class, state->shape, 6, 6, 8, NULL);
	dcb_markup_put(out, "</svg>%s</li>\n", state->words);
}

static void put_legend(struct dcb_markup *out)
{
	static const struct {
		const char *class, *words;
	} parts[] = {{"runs spin", "on a CPU"},
		     {"wants spin", "runnable, without one"},
		     {"asleep", "asleep"}};

	dcb_markup_put(out, "<ul class=\"legend\">\n");
	for (size_t i = 0; i < ARRAY_SIZE(states); i++)
		put_legend_sign(out, &states[i]);
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		dcb_markup_put(out, "<li><svg class=\"legend\" viewBox=\"0 0 12 12\" "
				    "aria-hidden=\"true\">");
		dcb_svg_rect(out, parts[i].class, 2, 1, 10, 11, NULL);
		dcb_markup_put(out, "</svg>%s</li>\n", parts[i].words);
	}
	dcb_markup_put(out, "</ul>\n");
}

static int put_all(const struct timeline *timeline)
{
	struct dcb_markup *out = &timeline->html->out;
	size_t n = 0;

	for (size_t i = 0; i < timeline->html->summary->n_workloads; i++) {
		struct panel panel = {timeline, i, 1, {0}};
		int r;

		if (!timeline->roles[i] || !set_axis(&panel))
			continue;
		if (n++ == 0) {
			dcb_markup_put(
				out,
				"<section id=\"timeline\">\n<h2>What the waiters did</h2>\n"
				"<p>One bar an iteration (at most %d a kernel), boots apart "
				"by a line. The height is the wall time of the waiter's call: "
				"a sleeper may wait as long as a spinner, but its bar is "
				"hollow.</p>\n",
				BARS_MAX);
			put_legend(out);
			dcb_markup_put(out, "<div class=\"panels wide\">\n");
		}
		r = put_panel(&panel);
		if (r < 0)
			return r;
	}
	if (n)
		dcb_markup_put(out, "</div>\n</section>\n");
	return 0;
}

int dcb_html_timeline(struct dcb_html *html)
{
	const struct dcb_summary *summary = html->summary;
	_cleanup_(timeline_deinit) struct timeline timeline = {.html = html};

	if (!summary->n_workloads)
		return 0;
	timeline.lanes = calloc(summary->n_workloads * summary->n_kernels, sizeof(*timeline.lanes));
	timeline.roles = calloc(summary->n_workloads, sizeof(*timeline.roles));
	if (!timeline.lanes || !timeline.roles)
		return -ENOMEM;
	for (size_t kernel = 0; kernel < summary->n_kernels; kernel++) {
		int r = read_boots(&timeline, kernel);

		if (r < 0)
			return r;
	}
	return put_all(&timeline);
}
