// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/log.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
/* Where in the source a line was said helps nobody who reads the lab's log. */
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/sink.h"
#include "reports/text.h"

#define MAX_FIELDS 64

struct fields {
	struct iovec rows[MAX_FIELDS];
	int n;
};

static void fields_deinit(struct fields *fields)
{
	for (int i = 0; i < fields->n; i++)
		free(fields->rows[i].iov_base);
}

/* Takes text over. What has no room is left out: the line itself comes first. */
static void add(struct fields *fields, char *text)
{
	if (text && fields->n < MAX_FIELDS)
		fields->rows[fields->n++] = (struct iovec){text, strlen(text)};
	else
		free(text);
}

static void add_about(struct fields *fields, const struct dcb_about *about)
{
	const char *name = about->workloads ? about->workloads : "";

	if (about->job)
		add(fields, dcb_format("JOB_ID=%" PRId64, about->job));
	if (about->run)
		add(fields, dcb_format("RUN_ID=%" PRId64, about->run));
	if (about->kernel)
		add(fields, dcb_format("KERNEL=%s", about->kernel));
	while (*name) {
		size_t n = strcspn(name, ",");

		add(fields, dcb_format("WORKLOAD=%.*s", (int)n, name));
		name += n + (name[n] == ',');
	}
}

bool dcb_log_is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char own[64];
	struct stat st;

	if (!stream || fstat(STDERR_FILENO, &st) < 0)
		return false;
	snprintf(own, sizeof(own), "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
	return strcmp(own, stream) == 0;
}

void dcb_log_line(int priority, const struct dcb_about *about, const char *text)
{
	_cleanup_(fields_deinit) struct fields fields = {.n = 0};
	_cleanup_free_ char *clean = dcb_text_printable(text);

	if (!clean)
		return;
	if (dcb_log_is_journal()) {
		add(&fields, dcb_format("MESSAGE=%s", clean));
		add(&fields, dcb_format("PRIORITY=%d", priority));
		add(&fields, strdup("SYSLOG_IDENTIFIER=dcbenchd"));
		if (about)
			add_about(&fields, about);
		if (sd_journal_sendv(fields.rows, fields.n) >= 0)
			return;
	}
	fprintf(stderr, "<%d>%s\n", priority, clean);
}
