// SPDX-License-Identifier: GPL-2.0-only
#include "kernels/spec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/error.h"

static void parses_as(const char *text, enum dcb_spec_kind kind, const char *value)
{
	_cleanup_(dcb_spec_deinit) struct dcb_spec spec = DCB_SPEC_NULL;
	struct dcb_error err = DCB_ERROR_NULL;

	if (dcb_spec_parse(text, &spec, &err) < 0)
		fail_msg("%s: %s", text, err.message);
	assert_int_equal(spec.kind, kind);
	assert_string_equal(spec.value, value);
}

static void refused_with(const char *text, const char *part)
{
	struct dcb_spec spec = {.kind = DCB_SPEC_TREE, .value = NULL};
	struct dcb_error err = DCB_ERROR_NULL;

	assert_int_equal(dcb_spec_parse(text, &spec, &err), -EINVAL);
	assert_int_equal(err.kind, DCB_ERROR_USAGE);
	if (!strstr(err.message, part))
		fail_msg("%s: \"%s\" lacks \"%s\"", text, err.message, part);
	assert_int_equal(spec.kind, DCB_SPEC_TREE);
	assert_null(spec.value);
}

static void spec_parse__debian_forms(void **state)
{
	(void)state;
	parses_as("debian:latest", DCB_SPEC_LATEST, "latest");
	parses_as("debian:6.12", DCB_SPEC_SERIES, "6.12");
	parses_as("debian:6.18.15", DCB_SPEC_VERSION, "6.18.15");
	parses_as("debian:6.12.117+deb13", DCB_SPEC_RELEASE, "6.12.117+deb13");
	parses_as("debian:6.1.0-56-cloud-arm64", DCB_SPEC_RELEASE, "6.1.0-56-cloud-arm64");
}

static void spec_parse__paths(void **state)
{
	(void)state;
	parses_as("file:vmlinuz", DCB_SPEC_FILE, "vmlinuz");
	parses_as("tree:/src/linux", DCB_SPEC_TREE, "/src/linux");
	parses_as("./Image", DCB_SPEC_FILE, "./Image");
	parses_as("/boot/vmlinuz:old", DCB_SPEC_FILE, "/boot/vmlinuz:old");
}

static void spec_parse__malformed_says_what_to_do(void **state)
{
	(void)state;
	refused_with("", "debian:VERSION");
	refused_with("debian:", "not a version");
	refused_with("debian:6", "debian:6.12");
	refused_with("debian:6.12.", "not a version");
	refused_with("debian:6..12", "not a version");
	refused_with("debian:6.12.1.2", "not a version");
	refused_with("debian:../../etc/passwd", "not a version");
	refused_with("debian:6.12-x/../y", "not a version");
	refused_with("debian:stable", "debian:latest");
	refused_with("file:", "lacks a path");
	refused_with("tree:", "lacks a path");
}

static void spec_parse__near_miss_is_guessed(void **state)
{
	(void)state;
	refused_with("6.12", "did you mean debian:6.12?");
	refused_with("latest", "did you mean debian:latest?");
	refused_with("debain:6.12", "did you mean debian:6.12?");
	refused_with("ubuntu:24.04", "there are debian:, file: and tree:");
	refused_with("no-such-image-here", "no such file");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spec_parse__debian_forms),
		cmocka_unit_test(spec_parse__paths),
		cmocka_unit_test(spec_parse__malformed_says_what_to_do),
		cmocka_unit_test(spec_parse__near_miss_is_guessed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
