// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel says what went wrong in lines whose beginnings are well known. Only a line's beginning
 * counts, behind its timestamp; where the kernel prints timestamps at all, a line without one is
 * not the kernel's.
 */
#include "machines/console.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

#define LINE_MAX_BYTES 240
#define MAX_FINDINGS   8

/* A message and what it means. `also`: must stand further on in the line. In order: the first
 * that matches wins. */
static const struct pattern {
	const char *begin;
	const char *also;
	const char *name;
} patterns[] = {
	{"Kernel panic - not syncing", NULL, "panic"},
	{"BUG: KASAN:", NULL, "kasan"},
	{"BUG: KFENCE:", NULL, "kasan"},
	{"watchdog: BUG: soft lockup", NULL, "soft-lockup"},
	{"BUG: soft lockup", NULL, "soft-lockup"},
	{"watchdog: CPU", "hard LOCKUP", "soft-lockup"},
	{"watchdog: Watchdog detected hard LOCKUP", NULL, "soft-lockup"},
	{"NMI watchdog: Watchdog detected hard LOCKUP", NULL, "soft-lockup"},
	{"BUG: workqueue lockup", NULL, "hung-task"},
	{"INFO: task ", " blocked ", "hung-task"},
	{"rcu: INFO: rcu_", "stall", "rcu-stall"},
	{"INFO: rcu_", "stall", "rcu-stall"},
	{"WARNING: possible ", "lock", "lockdep"},
	{"WARNING: inconsistent lock state", NULL, "lockdep"},
	{"WARNING: suspicious RCU usage", NULL, "lockdep"},
	{"WARNING: bad unlock balance", NULL, "lockdep"},
	{"WARNING: held lock freed", NULL, "lockdep"},
	{"WARNING: lock held when returning", NULL, "lockdep"},
	{"WARNING: Nested lock was not taken", NULL, "lockdep"},
	{"BUG: Invalid wait context", NULL, "lockdep"},
	{"[ BUG: Invalid wait context ]", NULL, "lockdep"},
	{"BUG: MAX_LOCK", NULL, "lockdep"},
	{"WARNING: ", " at ", "warning"},
	{"UBSAN: ", NULL, "warning"},
	{"BUG: ", NULL, "oops"},
	{"kernel BUG at ", NULL, "oops"},
	{"Unable to handle kernel", NULL, "oops"},
	{"Oops: ", NULL, "oops"},
	{"Internal error: ", "[#", "oops"},
	{"general protection fault", NULL, "oops"},
	{"invalid opcode: ", "[#", "oops"},
	{"double fault: ", "[#", "oops"},
	{"traps: PANIC: double fault", NULL, "oops"},
	{"PANIC: double fault", NULL, "oops"},
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Behind "[   12.345678] " at `at`, or NULL if none stands there. */
static const char *skip_timestamp(const char *at, const char *end)
{
	int n = 0;

	if (at == end || *at++ != '[')
		return NULL;
	while (at < end && *at == ' ')
		at++;
	for (; at < end && is_digit(*at); at++)
		n++;
	if (n == 0 || at == end || *at++ != '.')
		return NULL;
	for (n = 0; at < end && is_digit(*at); at++)
		n++;
	if (n != 6 || at == end || *at++ != ']')
		return NULL;
	return at < end && *at == ' ' ? at + 1 : at;
}

/* Behind the caller that some kernels print: "[    T1] ", "[ C0] ". */
static const char *skip_caller(const char *at, const char *end)
{
	const char *p = at;

	if (p == end || *p++ != '[')
		return at;
	while (p < end && *p == ' ')
		p++;
	if (p == end || (*p != 'T' && *p != 'C'))
		return at;
	for (p++; p < end && is_digit(*p);)
		p++;
	if (p == end || *p++ != ']')
		return at;
	return p < end && *p == ' ' ? p + 1 : p;
}

/* Somebody's unfinished line may stand before the kernel's, hence the search. */
static const char *find_message(const char *line, const char *end)
{
	for (const char *at = line; at < end; at++) {
		const char *behind = *at == '[' ? skip_timestamp(at, end) : NULL;

		if (behind)
			return skip_caller(behind, end);
	}
	return NULL;
}

static bool has_text(const char *at, const char *end, const char *text)
{
	return memmem(at, (size_t)(end - at), text, strlen(text)) != NULL;
}

static const char *classify(const char *at, const char *end)
{
	for (size_t i = 0; i < ARRAY_SIZE(patterns); i++) {
		const struct pattern *pattern = &patterns[i];
		size_t length = strlen(pattern->begin);

		if ((size_t)(end - at) < length || memcmp(at, pattern->begin, length) != 0)
			continue;
		if (!pattern->also || has_text(at + length, end, pattern->also))
			return pattern->name;
	}
	return NULL;
}

static char *printable(const char *at, const char *end)
{
	size_t size = (size_t)(end - at);
	char *line;

	if (size > LINE_MAX_BYTES)
		size = LINE_MAX_BYTES;
	line = malloc(size + 1);
	if (!line)
		return NULL;
	for (size_t i = 0; i < size; i++)
		line[i] = at[i] >= ' ' && at[i] <= '~' ? at[i] : '?';
	line[size] = '\0';
	return line;
}

/* One oops prints a headline ("BUG: unable to handle...") and a number ("Oops: 0002 [#1]"): the
 * second is the same one. */
struct scan {
	struct dcb_console_finding *findings;
	size_t n;
	bool oops_awaits_number;
};

static void note(struct scan *scan, const char *name, const char *at, const char *end)
{
	if (strcmp(name, "oops") == 0) {
		bool numbered = has_text(at, end, "[#");
		bool same = numbered && scan->oops_awaits_number;

		scan->oops_awaits_number = !numbered;
		if (same)
			return;
	}
	for (size_t i = 0; i < scan->n; i++)
		if (strcmp(scan->findings[i].name, name) == 0) {
			scan->findings[i].count++;
			return;
		}
	if (scan->n == MAX_FINDINGS)
		return;
	scan->findings[scan->n++] = (struct dcb_console_finding){
		.name = name,
		.line = printable(at, end),
		.count = 1,
	};
}

static const char *line_end(const char *at, const char *end)
{
	while (at < end && *at != '\n' && *at != '\r')
		at++;
	return at;
}

static bool has_timestamps(const char *text, const char *end)
{
	for (const char *at = text; at < end;) {
		const char *stop = line_end(at, end);

		if (find_message(at, stop))
			return true;
		at = stop + 1;
	}
	return false;
}

size_t dcb_console_scan(const char *text, size_t size,
			struct dcb_console_finding findings[MAX_FINDINGS])
{
	const char *end = text + size;
	bool timestamps = has_timestamps(text, end);
	struct scan scan = {.findings = findings};

	for (const char *at = text; at < end;) {
		const char *stop = line_end(at, end);
		const char *message = find_message(at, stop);
		const char *name;

		if (!message && !timestamps)
			message = skip_caller(at, stop);
		name = message ? classify(message, stop) : NULL;
		if (name)
			note(&scan, name, message, stop);
		at = stop + 1;
	}
	return scan.n;
}
