// SPDX-License-Identifier: GPL-2.0-only
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "kernels/debian.h"

#define P(n, v)                                                                                    \
	{                                                                                          \
		.name = (char *)(n), .version = (char *)(v), .suite = (char *)"",                  \
		.sha256 = (char *)""                                                               \
	}

/* As the archive looks, in no particular order. */
static const struct dcb_apt_package packages[] = {
	P("linux-image-6.12.9+deb13-cloud-amd64", "6.12.9-1"),
	P("linux-image-6.12.117+deb12-cloud-amd64", "6.12.117-1~bpo12+1"),
	P("linux-image-6.12.117+deb13-cloud-amd64-unsigned", "6.12.117-1"),
	P("linux-image-6.12.117+deb13-cloud-amd64", "6.12.117-1"),
	P("linux-image-6.12-cloud-amd64", "6.12.118-1"),
	P("linux-image-cloud-amd64", "7.3.4-1"),
	P("linux-image-6.16.3+deb13-cloud-amd64", "6.16.3-1~bpo13+1"),
	P("linux-image-6.1.0-9-cloud-amd64", "6.1.27-1"),
	P("linux-image-6.1.0-47-cloud-amd64", "6.1.170-3"),
	P("linux-image-7.1.13+deb13-cloud-amd64", "7.1.13-1~bpo13+1"),
	P("linux-binary-7.1.13+deb13-cloud-amd64", "7.1.13-1~bpo13+1"),
	P("linux-image-7.3.4+deb13-cloud-amd64", "7.3.4-1~bpo13+1"),
	P("linux-modules-7.3.4+deb13-cloud-amd64", "7.3.4-1~bpo13+1"),
	P("linux-modules-7.3.4+deb14-cloud-amd64", "7.3.4-1"),
	P("linux-base-7.3.4+deb13-cloud-amd64", "7.3.4-1~bpo13+1"),
	P("linux-binary-7.3.4+deb13-cloud-amd64", "7.3.4-1~bpo13+1"),
	P("linux-binary-unsigned-7.3.4+deb13-cloud-amd64", "7.3.4-1~bpo13+1"),
	P("linux-binary-unsigned-7.4.1+deb14-cloud-amd64", "7.4.1-1"),
	P("linux-image-6.12.200+deb13-cloud-arm64", "6.12.200-1"),
	P("linux-image-6.12.117+deb13-amd64", "6.12.117-9"),
};

static int choose(enum dcb_spec_kind kind, const char *value, struct dcb_debian_choice *choice,
		  struct dcb_error *err)
{
	const struct dcb_spec spec = {.kind = kind, .value = (char *)value};

	return dcb_debian_choose(packages, ARRAY_SIZE(packages), &spec, DCB_ARCH_X86_64, choice,
				 err);
}

static void means(enum dcb_spec_kind kind, const char *value, const char *package)
{
	_cleanup_(
		dcb_debian_choice_deinit) struct dcb_debian_choice choice = DCB_DEBIAN_CHOICE_NULL;
	struct dcb_error err = DCB_ERROR_NULL;

	if (choose(kind, value, &choice, &err) < 0)
		fail_msg("%s: %s", value, err.message);
	assert_string_equal(choice.image->name, package);
}

static void refused_with(enum dcb_spec_kind kind, const char *value, const char *part)
{
	struct dcb_debian_choice choice = DCB_DEBIAN_CHOICE_NULL;
	struct dcb_error err = DCB_ERROR_NULL;

	assert_int_equal(choose(kind, value, &choice, &err), -EINVAL);
	assert_int_equal(err.kind, DCB_ERROR_USAGE);
	if (!strstr(err.message, part))
		fail_msg("\"%s\" lacks \"%s\"", err.message, part);
}

static void debian_choose__newest_signed_of_a_series(void **state)
{
	(void)state;
	means(DCB_SPEC_SERIES, "6.12", "linux-image-6.12.117+deb13-cloud-amd64");
	means(DCB_SPEC_SERIES, "6.1", "linux-image-6.1.0-47-cloud-amd64");
	means(DCB_SPEC_SERIES, "7.3", "linux-binary-7.3.4+deb13-cloud-amd64");
}

static void debian_choose__unsigned_where_nothing_else(void **state)
{
	(void)state;
	means(DCB_SPEC_LATEST, "latest", "linux-binary-unsigned-7.4.1+deb14-cloud-amd64");
}

static void debian_choose__version_and_release(void **state)
{
	(void)state;
	means(DCB_SPEC_VERSION, "6.1.27", "linux-image-6.1.0-9-cloud-amd64");
	means(DCB_SPEC_VERSION, "6.12.9", "linux-image-6.12.9+deb13-cloud-amd64");
	means(DCB_SPEC_RELEASE, "6.12.117+deb12", "linux-image-6.12.117+deb12-cloud-amd64");
	means(DCB_SPEC_RELEASE, "6.1.0-9-cloud-amd64", "linux-image-6.1.0-9-cloud-amd64");
}

static void debian_choose__split_layout_takes_companions_of_its_own(void **state)
{
	_cleanup_(
		dcb_debian_choice_deinit) struct dcb_debian_choice choice = DCB_DEBIAN_CHOICE_NULL;
	_cleanup_(dcb_debian_choice_deinit) struct dcb_debian_choice bare = DCB_DEBIAN_CHOICE_NULL;

	(void)state;
	assert_int_equal(choose(DCB_SPEC_SERIES, "7.3", &choice, NULL), 0);
	assert_true(choice.split);
	assert_string_equal(choice.release, "7.3.4+deb13-cloud-amd64");
	assert_string_equal(choice.version, "7.3.4");
	assert_string_equal(choice.modules->name, "linux-modules-7.3.4+deb13-cloud-amd64");
	assert_string_equal(choice.base->name, "linux-base-7.3.4+deb13-cloud-amd64");
	assert_int_equal(choose(DCB_SPEC_SERIES, "7.1", &bare, NULL), 0);
	assert_string_equal(bare.image->name, "linux-binary-7.1.13+deb13-cloud-amd64");
	assert_null(bare.modules);
	assert_null(bare.base);
}

static void debian_choose__unknown_names_the_nearest(void **state)
{
	(void)state;
	refused_with(DCB_SPEC_SERIES, "6.13", "nearest: 6.12.117, 6.16.3");
	refused_with(DCB_SPEC_VERSION, "6.12.10", "nearest: 6.12.9, 6.12.117");
	refused_with(DCB_SPEC_SERIES, "5.10", "nearest: 6.1.27");
	refused_with(DCB_SPEC_SERIES, "9.9", "nearest: 7.4.1");
	refused_with(DCB_SPEC_RELEASE, "6.1.0-30", "nearest: 6.1.0-9, 6.1.0-47");
	/* Not the beginning of a number. */
	refused_with(DCB_SPEC_RELEASE, "6.1.0-4", "not in the archive");
}

static void debian_choose__release_of_other_arch_refused(void **state)
{
	(void)state;
	refused_with(DCB_SPEC_RELEASE, "6.12.200+deb13-cloud-arm64", "is for arm64");
}

static void debian_choose__empty_archive_is_a_failure(void **state)
{
	const struct dcb_spec spec = {.kind = DCB_SPEC_LATEST, .value = (char *)"latest"};
	struct dcb_debian_choice choice = DCB_DEBIAN_CHOICE_NULL;
	struct dcb_error err = DCB_ERROR_NULL;

	(void)state;
	assert_int_equal(dcb_debian_choose(NULL, 0, &spec, DCB_ARCH_ARM64, &choice, &err), -ENOENT);
	assert_int_equal(err.kind, DCB_ERROR_FAILURE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(debian_choose__newest_signed_of_a_series),
		cmocka_unit_test(debian_choose__unsigned_where_nothing_else),
		cmocka_unit_test(debian_choose__version_and_release),
		cmocka_unit_test(debian_choose__split_layout_takes_companions_of_its_own),
		cmocka_unit_test(debian_choose__unknown_names_the_nearest),
		cmocka_unit_test(debian_choose__release_of_other_arch_refused),
		cmocka_unit_test(debian_choose__empty_archive_is_a_failure),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
