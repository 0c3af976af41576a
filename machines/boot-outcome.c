// SPDX-License-Identifier: GPL-2.0-only
/* How a boot ended, and why, in one line. */
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "machines/boot-private.h"
#include "machines/console.h"

#define REASON_MAX_BYTES 300
#define STDERR_MAX_BYTES 65536

const char *dcb_boot_outcome_name(enum dcb_boot_outcome outcome)
{
	static const char *const names[] = {
		[DCB_BOOT_OK] = "ok",
		[DCB_BOOT_PANIC] = "panic",
		[DCB_BOOT_HANG] = "hang",
		[DCB_BOOT_FLOOD] = "flood",
		[DCB_BOOT_PROTOCOL] = "protocol",
		[DCB_BOOT_DIED] = "died",
		[DCB_BOOT_ERROR] = "error",
		[DCB_BOOT_MACHINE] = "machine",
	};

	return names[outcome];
}

char *dcb_boot_one_line(const char *text)
{
	char *line = strndup(text, REASON_MAX_BYTES);

	for (char *at = line; at && *at; at++)
		if (*at < ' ' || *at > '~')
			*at = '?';
	return line;
}

/* The last line with anything printable in it; malloc'd, NULL if there is none. */
static char *last_line(const char *text, size_t size)
{
	const char *end = text + size;

	while (end > text) {
		const char *begin = end;
		_cleanup_free_ char *line = NULL;

		while (begin > text && begin[-1] != '\n' && begin[-1] != '\r')
			begin--;
		for (const char *at = begin; at < end; at++)
			if (*at > ' ' && *at <= '~') {
				line = strndup(begin, (size_t)(end - begin));
				return line ? dcb_boot_one_line(line) : NULL;
			}
		end = begin > text ? begin - 1 : begin;
	}
	return NULL;
}

static const struct dcb_console_finding *find_panic(const struct dcb_boot_result *result)
{
	for (size_t i = 0; i < result->n_findings; i++)
		if (strcmp(result->findings[i].name, "panic") == 0)
			return &result->findings[i];
	return NULL;
}

static char *describe_exit(const struct dcb_boot *boot, const struct dcb_boot_result *result)
{
	if (result->usage.oom)
		return dcb_format("killed by the memory limit of its cgroup (%llu MiB)",
				  (unsigned long long)boot->request.limits.memory_bytes >> 20);
	if (boot->exit.signal)
		return dcb_format("killed by signal %d (%s)", boot->exit.signal,
				  strsignal(boot->exit.signal));
	return dcb_format("exited with code %d", boot->exit.code);
}

static char *with_last_line(const char *what, const char *text, size_t size)
{
	_cleanup_free_ char *last = last_line(text, size);

	return last ? dcb_format("%s; last line: %s", what, last) : strdup(what);
}

/* It ended by itself, but not as it should. */
static char *judge_bad_exit(const struct dcb_boot *boot, struct dcb_boot_result *result,
			    const char *complaint, size_t complaint_size)
{
	_cleanup_free_ char *what = describe_exit(boot, result);

	if (!what)
		return NULL;
	if (boot->stdio) {
		result->outcome = DCB_BOOT_DIED;
		return with_last_line(what, result->console, result->console_size);
	}
	result->outcome = DCB_BOOT_MACHINE;
	return with_last_line(what, complaint, complaint_size);
}

static char *judge_end(const struct dcb_boot *boot, struct dcb_boot_result *result,
		       const char *complaint, size_t complaint_size)
{
	const struct dcb_console_finding *panic = find_panic(result);

	if (panic && (!boot->stopped || boot->outcome == DCB_BOOT_HANG)) {
		result->outcome = DCB_BOOT_PANIC;
		return strdup(panic->line ? panic->line : "Kernel panic");
	}
	/* A virtual CPU that KVM gave up on stands still. */
	if (boot->stopped && boot->outcome == DCB_BOOT_HANG &&
	    memmem(complaint, complaint_size, "internal error", strlen("internal error"))) {
		result->outcome = DCB_BOOT_MACHINE;
		return last_line(complaint, complaint_size);
	}
	if (boot->stopped) {
		result->outcome = boot->outcome;
		return boot->reason ? strdup(boot->reason) : NULL;
	}
	if (boot->exit.code != 0)
		return judge_bad_exit(boot, result, complaint, complaint_size);
	if (boot->agent_error) {
		result->outcome = DCB_BOOT_ERROR;
		return strdup(boot->agent_error);
	}
	result->outcome = DCB_BOOT_DIED;
	return with_last_line(dcb_record_reader_began(boot->reader)
				      ? "ended before the last record"
				      : "ended before the first record",
			      result->console, result->console_size);
}

static bool is_good(const struct dcb_boot *boot, const struct dcb_boot_result *result)
{
	return !boot->stopped && boot->exit.code == 0 && dcb_record_reader_ended(boot->reader) &&
	       !boot->agent_error && !find_panic(result);
}

/* Beginning and end of what is too long to keep. */
static int keep_console(struct dcb_boot_result *result, char *text, size_t size,
			struct dcb_error *err)
{
	static const size_t half = DCB_CONSOLE_KEPT_BYTES / 2;
	_cleanup_free_ char *between = NULL;
	char *kept;

	if (size <= DCB_CONSOLE_KEPT_BYTES) {
		result->console = text;
		result->console_size = size;
		return 0;
	}
	between = dcb_format("\n[... %zu bytes left out ...]\n", size - 2 * half);
	kept = between ? malloc(2 * half + strlen(between) + 1) : NULL;
	if (!kept) {
		free(text);
		return dcb_error_oom(err);
	}
	memcpy(kept, text, half);
	memcpy(kept + half, between, strlen(between));
	memcpy(kept + half + strlen(between), text + size - half, half);
	result->console_size = 2 * half + strlen(between);
	kept[result->console_size] = '\0';
	result->console = kept;
	free(text);
	return 0;
}

int dcb_boot_judge(const struct dcb_boot *boot, struct dcb_boot_result *result,
		   struct dcb_error *err)
{
	_cleanup_free_ char *complaint = NULL;
	size_t console_size, complaint_size;
	char *console;
	int r;

	r = dcb_boot_file_read(boot->files.stderr_file, STDERR_MAX_BYTES, &complaint,
			       &complaint_size, err);
	if (r < 0)
		return r;
	r = dcb_boot_file_read(boot->files.console_in, DCB_CONSOLE_MAX_BYTES, &console,
			       &console_size, err);
	if (r < 0)
		return r;
	result->n_findings = dcb_console_scan(console, console_size, result->findings);
	r = keep_console(result, console, console_size, err);
	if (r < 0)
		return r;
	if (is_good(boot, result)) {
		result->outcome = DCB_BOOT_OK;
		return 0;
	}
	result->reason = judge_end(boot, result, complaint, complaint_size);
	return result->reason ? 0 : dcb_error_oom(err);
}

void dcb_boot_result_deinit(struct dcb_boot_result *result)
{
	free(result->reason);
	free(result->console);
	free(result->rejected);
	for (size_t i = 0; i < result->n_findings; i++)
		free(result->findings[i].line);
	*result = (struct dcb_boot_result){0};
}
