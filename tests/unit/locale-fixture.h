/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* A locale with a decimal comma, compiled for the test, as none may be installed. */

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"
#include "base/process.h"

/* Calls check() under it; skips the test where it cannot be made. */
static inline void with_decimal_comma(void (*check)(void *context), void *context)
{
	_cleanup_(dcb_dir_removep) char *folder = NULL;
	_cleanup_(dcb_output_deinit) struct dcb_output output = DCB_OUTPUT_NULL;
	_cleanup_free_ char *path = NULL;
	struct dcb_error err = DCB_ERROR_NULL;
	char comma[16];
	const char *argv[] = {"localedef", "-i", "de_DE", "-f", "UTF-8", NULL, NULL};

	assert_int_equal(dcb_dir_temporary("/tmp", "dcb-locale-", &folder, &err), 0);
	path = dcb_format("%s/de_DE.UTF-8", folder);
	assert_non_null(path);
	argv[5] = path;
	if (dcb_command((char *const *)argv, 60000, &output, &err) < 0) {
		print_message("%s (package locales)\n", err.message);
		skip();
	}
	assert_int_equal(setenv("LOCPATH", folder, 1), 0);
	assert_non_null(setlocale(LC_ALL, "de_DE.UTF-8"));
	snprintf(comma, sizeof(comma), "%.1f", 0.5);
	assert_string_equal(comma, "0,5");
	check(context);
	setlocale(LC_ALL, "C");
	unsetenv("LOCPATH");
}
