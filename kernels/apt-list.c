// SPDX-License-Identifier: GPL-2.0-only

/*
 * What the lists hold. With apt's binary cache kept (it is made once an update) the three questions
 * take a quarter of a second; a walk over all stanzas takes six times as long.
 */

#include <regex.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "kernels/apt-private.h"

#define LIST_TIMEOUT_MS (5 * 60 * 1000)

struct names {
	const char **argv; /* "apt-cache", "-q", verb, names..., NULL */
	size_t n;
};

#define N_ARGS_BEFORE 3

struct packages {
	struct dcb_apt_package *items;
	size_t n;
};

static void names_deinit(struct names *names)
{
	free(names->argv);
}

static void package_deinit(struct dcb_apt_package *package)
{
	free(package->name);
	free(package->version);
	free(package->suite);
	free(package->sha256);
	*package = (struct dcb_apt_package){0};
}

void dcb_apt_packages_free(struct dcb_apt_package *packages, size_t n)
{
	for (size_t i = 0; packages && i < n; i++)
		package_deinit(&packages[i]);
	free(packages);
}

static void packages_deinit(struct packages *packages)
{
	dcb_apt_packages_free(packages->items, packages->n);
}

static int run_cache(struct dcb_apt *apt, const char *const *argv, struct dcb_output *ret_output,
		     struct dcb_error *err)
{
	int r = dcb_apt_run(apt, NULL, (char *const *)argv, LIST_TIMEOUT_MS, ret_output, err);

	if (r < 0)
		return r;
	if (ret_output->exit.code != 0)
		return dcb_apt_fail(ret_output, "cannot read the package lists", err);
	return 0;
}

/* Points into `text`, which is cut into lines. */
static int match_names(char *text, const regex_t *regex, struct names *ret_names)
{
	_cleanup_(names_deinit) struct names names = {0};
	size_t room = 64;
	char *line;

	names.argv = calloc(room, sizeof(*names.argv));
	if (!names.argv)
		return -ENOMEM;
	while ((line = strsep(&text, "\n"))) {
		if (*line == '\0' || regexec(regex, line, 0, NULL, 0) != 0)
			continue;
		if (N_ARGS_BEFORE + names.n + 1 == room) {
			const char **more = reallocarray(names.argv, room * 2, sizeof(*more));

			if (!more)
				return -ENOMEM;
			names.argv = more;
			room *= 2;
		}
		names.argv[N_ARGS_BEFORE + names.n++] = line;
	}
	names.argv[0] = "apt-cache";
	names.argv[1] = "-q";
	names.argv[N_ARGS_BEFORE + names.n] = NULL;
	*ret_names = TAKE(names, (struct names){0});
	return 0;
}

static int take_field(const char *line, const char *key, char **field)
{
	size_t n = strlen(key);

	if (strncmp(line, key, n) != 0)
		return 0;
	free(*field);
	*field = strdup(line + n);
	return *field ? 0 : -ENOMEM;
}

static int take_line(const char *line, struct dcb_apt_package *package)
{
	if (strncmp(line, "Size: ", 6) == 0)
		package->bytes = strtoll(line + 6, NULL, 10);
	if (take_field(line, "Package: ", &package->name) < 0 ||
	    take_field(line, "Version: ", &package->version) < 0 ||
	    take_field(line, "SHA256: ", &package->sha256) < 0)
		return -ENOMEM;
	return 0;
}

static bool is_known(const struct packages *packages, const struct dcb_apt_package *package)
{
	for (size_t i = 0; i < packages->n; i++) {
		if (strcmp(packages->items[i].name, package->name) == 0 &&
		    strcmp(packages->items[i].version, package->version) == 0)
			return true;
	}
	return false;
}

/* Two packages of one name and version cannot be told apart when fetching: the first one counts. */
static int add_package(struct packages *packages, struct dcb_apt_package *package)
{
	struct dcb_apt_package *more;

	if (!package->name || !package->version || !package->sha256 ||
	    is_known(packages, package)) {
		package_deinit(package);
		return 0;
	}
	package->suite = strdup("");
	if (!package->suite)
		return -ENOMEM;
	more = reallocarray(packages->items, packages->n + 1, sizeof(*more));
	if (!more)
		return -ENOMEM;
	packages->items = more;
	packages->items[packages->n++] = TAKE(*package, (struct dcb_apt_package){0});
	return 0;
}

static int parse_show(char *text, struct packages *packages)
{
	_cleanup_(package_deinit) struct dcb_apt_package package = {0};
	char *line;

	while ((line = strsep(&text, "\n"))) {
		if (take_line(line, &package) < 0)
			return -ENOMEM;
		if (*line == '\0' && add_package(packages, &package) < 0)
			return -ENOMEM;
	}
	return add_package(packages, &package);
}

static char *trim(char *text)
{
	char *end;

	if (!text)
		return NULL;
	text += strspn(text, " ");
	end = text + strlen(text);
	while (end > text && end[-1] == ' ')
		*--end = '\0';
	return text;
}

/* "name | version | URI suite/component arch Packages" */
static int parse_madison_line(char *line, struct packages *packages)
{
	char *name = trim(strsep(&line, "|"));
	char *version = trim(strsep(&line, "|"));
	char *place = trim(line);
	char *suite;

	if (!place)
		return 0;
	strsep(&place, " ");
	suite = strsep(&place, "/ ");
	if (!suite)
		return 0;
	for (size_t i = 0; i < packages->n; i++) {
		struct dcb_apt_package *package = &packages->items[i];

		if (*package->suite != '\0' || strcmp(package->name, name) != 0 ||
		    strcmp(package->version, version) != 0)
			continue;
		free(package->suite);
		package->suite = strdup(suite);
		return package->suite ? 0 : -ENOMEM;
	}
	return 0;
}

static int parse_madison(char *text, struct packages *packages)
{
	char *line;

	while ((line = strsep(&text, "\n"))) {
		if (parse_madison_line(line, packages) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int list_names(struct dcb_apt *apt, struct names *names, struct packages *packages,
		      struct dcb_error *err)
{
	_cleanup_(dcb_output_deinit) struct dcb_output show = DCB_OUTPUT_NULL;
	_cleanup_(dcb_output_deinit) struct dcb_output madison = DCB_OUTPUT_NULL;
	int r;

	names->argv[2] = "show";
	r = run_cache(apt, names->argv, &show, err);
	if (r < 0)
		return r;
	names->argv[2] = "madison";
	r = run_cache(apt, names->argv, &madison, err);
	if (r < 0)
		return r;
	if (parse_show(show.out, packages) < 0 || parse_madison(madison.out, packages) < 0)
		return dcb_error_oom(err);
	return 0;
}

int dcb_apt_list(struct dcb_apt *apt, const char *pattern, struct dcb_apt_package **ret_packages,
		 size_t *ret_n, struct dcb_error *err)
{
	static const char *const argv[] = {"apt-cache", "-q", "pkgnames", NULL};
	_cleanup_(dcb_output_deinit) struct dcb_output output = DCB_OUTPUT_NULL;
	_cleanup_(packages_deinit) struct packages packages = {0};
	_cleanup_(names_deinit) struct names names = {0};
	_cleanup_close_ int held = -1;
	regex_t regex;
	int r;

	r = dcb_apt_lock(apt, &held, err);
	if (r < 0)
		return r;
	r = run_cache(apt, argv, &output, err);
	if (r < 0)
		return r;
	if (regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB) != 0)
		return dcb_error_set(err, EINVAL, "%s: not a regular expression", pattern);
	r = match_names(output.out, &regex, &names);
	regfree(&regex);
	if (r < 0)
		return dcb_error_oom(err);
	if (names.n > 0) {
		r = list_names(apt, &names, &packages, err);
		if (r < 0)
			return r;
	}
	*ret_n = packages.n;
	*ret_packages = TAKE(packages, (struct packages){0}).items;
	return 0;
}
