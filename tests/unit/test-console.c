// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "machines/console.h"

struct found {
	struct dcb_console_finding items[8];
	size_t n;
};

static void found_deinitp(struct found *found)
{
	for (size_t i = 0; i < found->n; i++)
		free(found->items[i].line);
}

static void scan_bytes(struct found *found, const char *text, size_t size)
{
	/* A copy of exactly this size, so that ASan sees any step beyond it. */
	_cleanup_free_ char *copy = malloc(size ? size : 1);

	assert_non_null(copy);
	memcpy(copy, text, size);
	found->n = dcb_console_scan(copy, size, found->items);
}

static void scan(struct found *found, const char *text)
{
	scan_bytes(found, text, strlen(text));
}

static void assert_one(const char *text, const char *name)
{
	_cleanup_(found_deinitp) struct found found = {0};

	scan(&found, text);
	if (found.n != 1)
		fail_msg("%zu findings in: %s", found.n, text);
	assert_string_equal(found.items[0].name, name);
	assert_int_equal(found.items[0].count, 1);
}

static void scan__every_kind_is_named(void **state)
{
	(void)state;
	assert_one("[    1.414396] Kernel panic - not syncing: Attempted to kill init!\n", "panic");
	assert_one("[   12.000001] BUG: unable to handle page fault for address: ff\n", "oops");
	assert_one("[   12.000001] BUG: kernel NULL pointer dereference, address: 08\n", "oops");
	assert_one("[   12.000001] Unable to handle kernel paging request at virtual\n", "oops");
	assert_one("[    2.000000] general protection fault, maybe: 0000 [#1] SMP\n", "oops");
	assert_one("[    2.000000] Oops: general protection fault: 0000 [#1] SMP\n", "oops");
	assert_one("[    2.000000] kernel BUG at fs/dcache.c:442!\n", "oops");
	assert_one("[    2.000000] BUG: Dentry 00000000f3 still in use (1) [unmount]\n", "oops");
	assert_one("[    2.000000] WARNING: CPU: 0 PID: 9 at fs/dcache.c:12 dput+0x1/0x2\n",
		   "warning");
	assert_one("[    2.000000] WARNING: fs/dcache.c:12 at dput+0x1/0x2, CPU#0: a/9\n",
		   "warning");
	assert_one("[  102.000000] watchdog: BUG: soft lockup - CPU#0 stuck for 26s! [a:9]\n",
		   "soft-lockup");
	assert_one("[   60.000000] rcu: INFO: rcu_preempt self-detected stall on CPU\n",
		   "rcu-stall");
	assert_one("[   60.000000] rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:\n",
		   "rcu-stall");
	assert_one("[  242.000000] INFO: task rm:71 blocked for more than 120 seconds.\n",
		   "hung-task");
	assert_one("[    3.000000] WARNING: possible circular locking dependency detected\n",
		   "lockdep");
	assert_one("[    3.000000] WARNING: suspicious RCU usage\n", "lockdep");
	assert_one("[    3.000000] BUG: KASAN: slab-use-after-free in dput+0x1/0x2\n", "kasan");
}

static void scan__one_oops_with_headline_and_number_counts_once(void **state)
{
	_cleanup_(found_deinitp) struct found found = {0};

	(void)state;
	scan(&found, "[    1.000001] BUG: unable to handle page fault for address: ff\n"
		     "[    1.000002] #PF: supervisor write access in kernel mode\n"
		     "[    1.000003] Oops: Oops: 0002 [#1] PREEMPT SMP\n"
		     "[    1.000004] ---[ end trace 0000000000000000 ]---\n"
		     "[    2.000001] Unable to handle kernel paging request at virtual\n"
		     "[    2.000002] Internal error: Oops: 0000000096000004 [#2] SMP\n");
	assert_int_equal(found.n, 1);
	assert_int_equal(found.items[0].count, 2);
	assert_string_equal(found.items[0].line,
			    "BUG: unable to handle page fault for address: ff");
}

static void scan__order_of_appearance_and_first_line_kept(void **state)
{
	_cleanup_(found_deinitp) struct found found = {0};

	(void)state;
	scan(&found, "[    1.000001] WARNING: CPU: 0 PID: 1 at a.c:1 f+0x1\r\n"
		     "[    1.000002] WARNING: CPU: 0 PID: 1 at b.c:2 g+0x1\r\n"
		     "[    1.000003] Kernel panic - not syncing: x\r\n");
	assert_int_equal(found.n, 2);
	assert_string_equal(found.items[0].name, "warning");
	assert_string_equal(found.items[0].line, "WARNING: CPU: 0 PID: 1 at a.c:1 f+0x1");
	assert_int_equal(found.items[0].count, 2);
	assert_string_equal(found.items[1].name, "panic");
}

static void scan__innocent_lines_found_nothing(void **state)
{
	_cleanup_(found_deinitp) struct found found = {0};

	(void)state;
	scan(&found,
	     "[    0.000000] Kernel command line: console=ttyS0 oops=panic BUG: x WARNING: y at z\n"
	     "[    0.000000] Command line: Kernel panic - not syncing: no\n"
	     "[    0.100000] dcbench: WARNING: said by the agent at its leisure\n"
	     "[    0.100000] WARNING: a boot option is old\n"
	     "[    0.100000] NMI watchdog: Perf NMI watchdog permanently disabled\n"
	     "[    0.100000] ---[ end Kernel panic - not syncing: x ]---\n");
	assert_int_equal(found.n, 0);
}

static void scan__line_without_timestamp_among_stamped_ignored(void **state)
{
	_cleanup_(found_deinitp) struct found found = {0};

	(void)state;
	scan(&found, "Kernel panic - not syncing: said by a program\n"
		     "[    0.100000] Run /init as init process\n");
	assert_int_equal(found.n, 0);
}

static void scan__kernel_without_timestamps_still_read(void **state)
{
	(void)state;
	assert_one("Linux version 6.12\nKernel panic - not syncing: x\n", "panic");
}

static void scan__caller_and_unfinished_line_before_skipped(void **state)
{
	(void)state;
	assert_one("[    1.000000][    T1] Kernel panic - not syncing: x\n", "panic");
	assert_one("[    1.000000] [ C0] Kernel panic - not syncing: x\n", "panic");
	assert_one("waiting[    1.000000] Kernel panic - not syncing: x", "panic");
}

static void scan__binary_rubbish_found_nothing(void **state)
{
	static const char *const stubs[] = {
		"[",  "[ ", "[1", "[1.", "[1.000000", "[1.000000]", "[1.000000] ", "[1.000000] [T",
		"\n", "\r", ""};
	_cleanup_(found_deinitp) struct found found = {0};
	char bytes[4096];
	uint32_t random = 1;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++) {
		random = random * 1664525 + 1013904223;
		bytes[i] = (char)(random >> 24);
	}
	scan_bytes(&found, bytes, sizeof(bytes));
	assert_int_equal(found.n, 0);
	for (size_t i = 0; i < ARRAY_SIZE(stubs); i++) {
		scan(&found, stubs[i]);
		assert_int_equal(found.n, 0);
	}
}

static void scan__rubbish_in_a_finding_made_printable(void **state)
{
	static const char text[] =
		"\0\xff[    1.000000] Kernel panic - not syncing: \x1b[31m\0x\xe4\n";
	_cleanup_(found_deinitp) struct found found = {0};

	(void)state;
	scan_bytes(&found, text, sizeof(text) - 1);
	assert_int_equal(found.n, 1);
	assert_string_equal(found.items[0].line, "Kernel panic - not syncing: ?[31m?x?");
}

static void scan__endless_line_cut(void **state)
{
	static const char begin[] = "[    1.000000] Kernel panic - not syncing: ";
	_cleanup_(found_deinitp) struct found found = {0};
	_cleanup_free_ char *text = malloc(100000);

	(void)state;
	assert_non_null(text);
	memset(text, 'x', 100000);
	memcpy(text, begin, strlen(begin));
	scan_bytes(&found, text, 100000);
	assert_int_equal(found.n, 1);
	assert_int_equal(strlen(found.items[0].line), 240);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scan__every_kind_is_named),
		cmocka_unit_test(scan__one_oops_with_headline_and_number_counts_once),
		cmocka_unit_test(scan__order_of_appearance_and_first_line_kept),
		cmocka_unit_test(scan__innocent_lines_found_nothing),
		cmocka_unit_test(scan__line_without_timestamp_among_stamped_ignored),
		cmocka_unit_test(scan__kernel_without_timestamps_still_read),
		cmocka_unit_test(scan__caller_and_unfinished_line_before_skipped),
		cmocka_unit_test(scan__binary_rubbish_found_nothing),
		cmocka_unit_test(scan__rubbish_in_a_finding_made_printable),
		cmocka_unit_test(scan__endless_line_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
