// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "daemon/config.h"

struct fixture {
	char *folder, *path;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	assert_int_equal(dcb_dir_temporary("/tmp", "dcb-config-", &f->folder, NULL), 0);
	f->path = dcb_format("%s/dcbenchd.conf", f->folder);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	dcb_dir_removep(&f->folder);
	free(f->path);
	free(f);
	return 0;
}

static void put(struct fixture *f, const char *name, const char *text)
{
	_cleanup_free_ char *folder = dcb_format("%s/dcbenchd.conf.d", f->folder);
	_cleanup_free_ char *path = dcb_format("%s/%s", f->folder, name);

	assert_int_equal(dcb_dir_create(folder, 0755, NULL), 0);
	assert_int_equal(dcb_file_write(path, text, strlen(text), 0644, NULL), 0);
}

static struct dcb_config *load(struct fixture *f)
{
	struct dcb_config *config = NULL;
	struct dcb_error err = DCB_ERROR_NULL;

	if (dcb_config_load(f->path, &config, &err) < 0)
		fail_msg("%s", err.message);
	return config;
}

/* Refused, with every one of the words in the message. */
static void refused(struct fixture *f, const char *text, const char *word, const char *other)
{
	struct dcb_config *config = NULL;
	struct dcb_error err = DCB_ERROR_NULL;

	put(f, "dcbenchd.conf", text);
	assert_true(dcb_config_load(f->path, &config, &err) < 0);
	assert_null(config);
	assert_int_equal(err.kind, DCB_ERROR_USAGE);
	if (!strstr(err.message, word) || !strstr(err.message, other))
		fail_msg("\"%s\" lacks \"%s\" or \"%s\"", err.message, word, other);
}

static void load__defaults_of_an_empty_file(void **state)
{
	_cleanup_(dcb_config_freep) struct dcb_config *config = NULL;

	put(*state, "dcbenchd.conf", "# nothing\n");
	config = load(*state);
	assert_string_equal(config->socket, "/run/dcbench/api.sock");
	assert_null(config->listen);
	assert_int_equal(config->attempts, 3);
	assert_int_equal(config->n_deliveries, 0);
}

static void load__drop_ins_change_and_add(void **state)
{
	_cleanup_(dcb_config_freep) struct dcb_config *config = NULL;

	put(*state, "dcbenchd.conf",
	    "[daemon]\nlisten = 127.0.0.1:8250\ncpus = 4\n"
	    "[deliver a]\nurl = https://example.org/x\nevents = regressed,failed\n");
	put(*state, "dcbenchd.conf.d/20-b.conf", "[deliver a]\nformat = json\ntimeout = 9\n");
	put(*state, "dcbenchd.conf.d/10-a.conf",
	    "[deliver a]\ntimeout = 5\n[deliver b]\nurl = http://127.0.0.1:9/\n[daemon]\ncpus = "
	    "2\n");
	put(*state, "dcbenchd.conf.d/30-c.conf.bak", "nonsense");
	config = load(*state);
	assert_int_equal(config->cpus, 2);
	assert_string_equal(config->listen, "127.0.0.1:8250");
	assert_int_equal(config->n_deliveries, 2);
	assert_string_equal(config->deliveries[0].name, "a");
	assert_int_equal(config->deliveries[0].timeout_s, 9);
	assert_int_equal(config->deliveries[0].events,
			 1u << DCB_EVENT_REGRESSED | 1u << DCB_EVENT_FAILED);
	assert_int_equal(config->deliveries[1].events,
			 1u << DCB_EVENT_FINISHED | 1u << DCB_EVENT_FAILED);
}

static void load__mistakes_name_file_line_and_key(void **state)
{
	refused(*state, "[daemon]\nlisten = 127.0.0.1:1\n\ncpu = 3\n", "dcbenchd.conf:4", "cpus");
	refused(*state, "[daemon]\ncpus = many\n", "dcbenchd.conf:2", "cpus");
	refused(*state, "[demon]\n", "dcbenchd.conf:1", "[demon]");
	refused(*state, "[deliver a b]\n", "dcbenchd.conf:1", "a b");
	refused(*state, "cpus = 3\n", "dcbenchd.conf:1", "section");
}

static void load__what_is_not_safe_is_refused(void **state)
{
	refused(*state, "[daemon]\nlisten = 0.0.0.0:80\n", "listen", "loopback");
	refused(*state, "[daemon]\nsocket = api.sock\n", "socket", "full path");
	refused(*state, "[deliver a]\nurl = http://example.org/\n", "[deliver a]", "https");
	refused(*state, "[deliver a]\nurl = https://u:p@example.org/\n", "[deliver a]", "password");
	refused(*state, "[deliver a]\nevents = failed\n", "[deliver a]", "no url");
	refused(*state, "[deliver a]\nurl = https://x/\nevents = failed,fine\n", "fine",
		"recovered");
	refused(*state, "[deliver a]\nurl = https://x/\nformat = jason\n", "[deliver a]", "json");
	refused(*state, "[deliver a]\nurl = https://x/\norigin = My Lab\n", "[deliver a]",
		"origin");
	refused(*state, "[lab a]\n", "[lab a]", "token-file");
	refused(*state, "[lab a]\ntoken-file = /nonexistent\n", "[lab a]", "/nonexistent");
	refused(*state, "[deliver a]\nurl = https://x/\nsecret-file = /nonexistent/x\n",
		"secret-file", "/nonexistent/x");
	refused(*state, "[lab x]\n", "[lab x]", "token-file");
}

static void print__reads_back_as_the_same(void **state)
{
	struct fixture *f = *state;
	_cleanup_(dcb_config_freep) struct dcb_config *config = NULL, *again = NULL;
	_cleanup_free_ char *text = NULL, *twice = NULL;

	put(f, "dcbenchd.conf",
	    "[daemon]\nlisten = 127.0.0.1:8250\nmemory = 3G\ndashboard-only = yes\n"
	    "[deliver a]\nurl = https://example.org/x\nevents = regressed\n");
	put(f, "dcbenchd.conf.d/10.conf", "[deliver a]\ntimeout = 5\n");
	config = load(f);
	text = dcb_config_print(config);
	put(f, "dcbenchd.conf.d/10.conf", "[daemon]\n");
	put(f, "dcbenchd.conf", text);
	again = load(f);
	twice = dcb_config_print(again);
	assert_string_equal(text, twice);
	assert_int_equal(again->deliveries[0].timeout_s, 5);
	assert_int_equal(again->memory, INT64_C(3) << 30);
}

static void load__missing_file_is_an_error_unless_it_is_the_default(void **state)
{
	struct fixture *f = *state;
	struct dcb_config *config = NULL;
	struct dcb_error err = DCB_ERROR_NULL;

	assert_true(dcb_config_load(f->path, &config, &err) < 0);
	assert_non_null(strstr(err.message, f->path));
}

#define test(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(load__defaults_of_an_empty_file),
		test(load__drop_ins_change_and_add),
		test(load__mistakes_name_file_line_and_key),
		test(load__what_is_not_safe_is_refused),
		test(print__reads_back_as_the_same),
		test(load__missing_file_is_an_error_unless_it_is_the_default),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
