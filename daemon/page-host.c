// SPDX-License-Identifier: GPL-2.0-only
/* The host: what a lab runs short of, and whether its noise was measured. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>

#include "base/error.h"
#include "base/file.h"
#include "base/paths.h"
#include "daemon/page.h"
#include "reports/format.h"
#include "reports/summary.h"

#define CALIBRATIONS_MAX 6
#define SHORT            0.1 /* a smaller share that is free is marked */

static void put_load(struct dcb_web *web)
{
	double load[3];
	char text[3][32];

	if (getloadavg(load, 3) != 3)
		return;
	for (size_t i = 0; i < 3; i++)
		dcb_format_fixed(load[i], 2, text[i], sizeof(text[i]));
	dcb_markup_put(&web->out,
		       "<div><dt>Load</dt><dd>%s, %s, %s <span class=\"soft\">over 1, 5, 15 "
		       "min; %d CPUs</span></dd></div>\n",
		       text[0], text[1], text[2], get_nprocs());
}

/* "3.1 GiB of 7.8 GiB", marked where little is left. */
static void put_share(struct dcb_web *web, const char *name, double free, double all)
{
	if (all <= 0)
		return;
	dcb_markup_put(&web->out, "<div><dt>%s</dt><dd>", name);
	dcb_web_put_bytes(web, free);
	dcb_markup_put(&web->out, " <span class=\"soft\">of ");
	dcb_web_put_bytes(web, all);
	dcb_markup_put(&web->out, "</span>");
	if (free < SHORT * all) {
		dcb_markup_put(&web->out, " ");
		dcb_web_put_state(web, DCB_WEB_BAD, "low");
	}
	dcb_markup_put(&web->out, "</dd></div>\n");
}

/* In KiB (proc_meminfo(5)); 0 where there is none. */
static double meminfo(const char *text, const char *name)
{
	const char *line = strstr(text, name);

	return line ? 1024 * strtod(line + strlen(name), NULL) : 0;
}

static int put_memory(struct dcb_web *web)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	int r;

	r = dcb_file_read("/proc/meminfo", 65536, &text, &size, web->err);
	if (r < 0)
		return r;
	put_share(web, "Free memory", meminfo(text, "MemAvailable:"), meminfo(text, "MemTotal:"));
	return 0;
}

static int put_disk(struct dcb_web *web)
{
	_cleanup_free_ char *folder = NULL;
	struct statvfs disk;
	int r;

	r = dcb_path_state(&folder, web->err);
	if (r < 0)
		return r;
	/* It need not be there where the database is elsewhere. */
	if (statvfs(folder, &disk) == 0)
		put_share(web, "Free disk of the state folder",
			  (double)disk.f_bavail * (double)disk.f_frsize,
			  (double)disk.f_blocks * (double)disk.f_frsize);
	return 0;
}

struct listing {
	struct dcb_web *web;
	size_t n;
};

static const struct dcb_web_column columns[] = {
	{"Machine", ""},      {"Measured (UTC)", ""},
	{"Blocks", "figure"}, {"False alarms", "figure"},
	{"Holds", ""},        {"Run", ""},
};

static int put_calibration(void *context, const struct dcb_store_calibration *row)
{
	struct listing *listing = context;
	struct dcb_web *web = listing->web;
	char rate[32] = "exact";

	if (listing->n++ >= CALIBRATIONS_MAX)
		return 0;
	if (listing->n == 1)
		dcb_web_begin_table(web, "Calibrations, newest first", columns,
				    ARRAY_SIZE(columns));
	if (!row->exact)
		dcb_format_percent(row->alarm_rate, rate, sizeof(rate));
	dcb_markup_put(&web->out, "<tr><th scope=\"row\">%s %s</th><td>", row->machine, row->arch);
	dcb_web_put_time(web, row->created_us);
	dcb_markup_put(&web->out,
		       "</td><td class=\"figure\">%ld</td><td class=\"figure\">%s</td><td>",
		       (long)row->blocks, rate);
	dcb_web_put_state(web, row->holds ? DCB_WEB_GOOD : DCB_WEB_BAD, row->holds ? "yes" : "no");
	if (row->reason)
		dcb_markup_put(&web->out, "<br><span class=\"soft\">%s</span>", row->reason);
	dcb_markup_put(&web->out, "</td><td><a href=\"/runs/%ld\">%ld</a></td></tr>\n",
		       (long)row->run_id, (long)row->run_id);
	return 0;
}

int dcb_web_put_host(struct dcb_web *web)
{
	struct listing listing = {.web = web};
	int r;

	dcb_markup_put(&web->out, "<dl class=\"meta\">\n");
	put_load(web);
	r = put_memory(web);
	if (r >= 0)
		r = put_disk(web);
	if (r < 0)
		return r;
	dcb_markup_put(&web->out, "</dl>\n");
	r = dcb_store_each_calibration(web->call->api->store, put_calibration, &listing, web->err);
	if (r < 0)
		return r;
	if (listing.n)
		dcb_web_end_table(web);
	else
		dcb_markup_put(&web->out, "<p class=\"soft\">Not calibrated: <code>dcbench "
					  "calibrate</code> measures its noise.</p>\n");
	return 0;
}
