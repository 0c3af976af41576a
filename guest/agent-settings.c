// SPDX-License-Identifier: GPL-2.0-only
/* What could make one kernel look different from another, as this kernel itself says it. */
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "guest/agent.h"

#define SETTING_MAX 96

enum setting_form {
	SETTING_WHOLE,
	SETTING_IN_BRACKETS,    /* "always madvise [never]" */
	SETTING_IN_PARENTHESES, /* "none voluntary (full)" */
};

static const struct {
	const char *name, *path;
	enum setting_form form;
} settings[] = {
	{"preempt", "/sys/kernel/debug/sched/preempt", SETTING_IN_PARENTHESES},
	{"thp", "/sys/kernel/mm/transparent_hugepage/enabled", SETTING_IN_BRACKETS},
	{"thp_shmem", "/sys/kernel/mm/transparent_hugepage/shmem_enabled", SETTING_IN_BRACKETS},
	{"sched_rt_runtime_us", "/proc/sys/kernel/sched_rt_runtime_us", SETTING_WHOLE},
	{"perf_event_paranoid", "/proc/sys/kernel/perf_event_paranoid", SETTING_WHOLE},
	{"randomize_va_space", "/proc/sys/kernel/randomize_va_space", SETTING_WHOLE},
	{"clocksource", "/sys/devices/system/clocksource/clocksource0/current_clocksource",
	 SETTING_WHOLE},
};

static void setting_cut(char *text, enum setting_form form)
{
	const char *marks = form == SETTING_IN_BRACKETS ? "[]" : "()";
	char *begin, *end;

	text[strcspn(text, "\n")] = '\0';
	if (form == SETTING_WHOLE)
		return;
	begin = strchr(text, marks[0]);
	end = begin ? strchr(begin, marks[1]) : NULL;
	if (!end)
		return;
	*end = '\0';
	memmove(text, begin + 1, strlen(begin));
}

static bool setting_read(const char *path, enum setting_form form, char text[SETTING_MAX])
{
	_cleanup_fclose_ FILE *file = fopen(path, "re");

	if (!file || !fgets(text, SETTING_MAX, file))
		return false;
	setting_cut(text, form);
	return true;
}

/* Where debugfs does not tell: "#1 SMP PREEMPT_DYNAMIC Debian ..." */
static void setting_preempt(char text[SETTING_MAX])
{
	static const char *const models[] = {"PREEMPT_RT", "PREEMPT_DYNAMIC", "PREEMPT_LAZY",
					     "PREEMPT"};
	struct utsname name;

	snprintf(text, SETTING_MAX, "none-or-voluntary");
	if (uname(&name) < 0)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(models); i++)
		if (strstr(name.version, models[i])) {
			snprintf(text, SETTING_MAX, "%s", models[i]);
			return;
		}
}

size_t agent_settings(struct dcb_record_pair *pairs, size_t max)
{
	static char values[ARRAY_SIZE(settings)][SETTING_MAX];
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(settings) && n < max; i++) {
		if (!setting_read(settings[i].path, settings[i].form, values[i])) {
			if (strcmp(settings[i].name, "preempt") != 0)
				continue;
			setting_preempt(values[i]);
		}
		pairs[n++] = (struct dcb_record_pair){settings[i].name, values[i]};
	}
	return n;
}
