// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include "base/sink.h"
#include "daemon/log.h"

/* What one line leaves on stderr. */
static void line(const char *text, char *result, size_t size)
{
	const struct dcb_about about = {.job = 1, .run = 2, .kernel = "a", .workloads = "x,y"};
	int before = dup(STDERR_FILENO), fd = fileno(tmpfile());
	ssize_t n;

	fflush(stderr);
	assert_true(dup2(fd, STDERR_FILENO) >= 0);
	dcb_log_line(LOG_WARNING, &about, text);
	fflush(stderr);
	n = pread(fd, result, size - 1, 0);
	dup2(before, STDERR_FILENO);
	close(before);
	assert_true(n >= 0);
	result[n] = '\0';
}

static void line__without_a_journal_goes_to_stderr_with_its_priority(void **state)
{
	char text[128];

	(void)state;
	unsetenv("JOURNAL_STREAM");
	assert_false(dcb_log_is_journal());
	line("job 1: done", text, sizeof(text));
	assert_string_equal(text, "<4>job 1: done\n");
	/* A stream of the journal that stderr is not: somebody redirected it. */
	setenv("JOURNAL_STREAM", "1:1", 1);
	assert_false(dcb_log_is_journal());
	line("job 1: done", text, sizeof(text));
	assert_string_equal(text, "<4>job 1: done\n");
	unsetenv("JOURNAL_STREAM");
}

static void line__from_a_guest_cannot_end_the_line(void **state)
{
	char text[128];

	(void)state;
	line("a\n<0>b \033[2J", text, sizeof(text));
	assert_null(strchr(text, '\033'));
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
}

static void is_journal__by_device_and_inode_of_stderr(void **state)
{
	char stream[64];
	struct stat st;

	(void)state;
	assert_int_equal(fstat(STDERR_FILENO, &st), 0);
	snprintf(stream, sizeof(stream), "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
	assert_true(dcb_log_is_journal());
	unsetenv("JOURNAL_STREAM");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(line__without_a_journal_goes_to_stderr_with_its_priority),
		cmocka_unit_test(line__from_a_guest_cannot_end_the_line),
		cmocka_unit_test(is_journal__by_device_and_inode_of_stderr),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
