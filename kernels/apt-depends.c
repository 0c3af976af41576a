// SPDX-License-Identifier: GPL-2.0-only

/* What a package needs, as apt would install it on a bare system of one release. */

#include <ctype.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "kernels/apt-private.h"

#define RESOLVE_TIMEOUT_MS (5 * 60 * 1000)

struct installation {
	char *name, *version;
};

/* "Inst libcap2 (1:2.66-4 Debian:12.0/stable [arm64])"; false for other lines. */
static bool parse_line(char *line, struct installation *ret_installation)
{
	char *begin, *end;

	if (strncmp(line, "Inst ", 5) != 0)
		return false;
	begin = strchr(line, '(');
	if (!begin)
		return false;
	end = begin + 1 + strcspn(begin + 1, " )");
	*end = '\0';
	ret_installation->version = begin + 1;
	ret_installation->name = line + 5;
	line[5 + strcspn(line + 5, " ")] = '\0';
	return true;
}

/* For dcb_apt_list(): exactly this name. */
static char *pattern_of(const char *name)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	fputc('^', out);
	for (; *name; name++)
		fprintf(out, isalnum((unsigned char)*name) ? "%c" : "[%c]", *name);
	fputc('$', out);
	return fclose(out) == 0 ? TAKE_PTR(text) : NULL;
}

static int take_version(struct dcb_apt *apt, const struct installation *wanted,
			struct dcb_apt_package *ret_package, struct dcb_error *err)
{
	_cleanup_free_ char *pattern = pattern_of(wanted->name);
	struct dcb_apt_package *packages;
	bool found = false;
	size_t n;
	int r;

	if (!pattern)
		return dcb_error_oom(err);
	r = dcb_apt_list(apt, pattern, &packages, &n, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < n && !found; i++)
		if (strcmp(packages[i].version, wanted->version) == 0) {
			*ret_package = TAKE(packages[i], (struct dcb_apt_package){0});
			found = true;
		}
	dcb_apt_packages_free(packages, n);
	return found ? 0
		     : dcb_error_set(err, ENOENT, "%s %s is not in the package lists", wanted->name,
				     wanted->version);
}

static int take_all(struct dcb_apt *apt, char *text, struct dcb_apt_package **packages, size_t *n,
		    struct dcb_error *err)
{
	char *line;

	while ((line = strsep(&text, "\n"))) {
		struct installation wanted;
		struct dcb_apt_package *more;
		int r;

		if (!parse_line(line, &wanted))
			continue;
		more = reallocarray(*packages, *n + 1, sizeof(*more));
		if (!more)
			return dcb_error_oom(err);
		*packages = more;
		r = take_version(apt, &wanted, &more[*n], err);
		if (r < 0)
			return r;
		(*n)++;
	}
	return 0;
}

static int resolve(struct dcb_apt *apt, const struct dcb_apt_package *package,
		   struct dcb_output *ret_output, struct dcb_error *err)
{
	_cleanup_free_ char *wish = dcb_format("%s=%s", package->name, package->version);
	const char *argv[] = {"apt-get",
			      "-q",
			      "--simulate",
			      "--no-install-recommends",
			      "--target-release",
			      package->suite,
			      "install",
			      wish,
			      NULL};
	_cleanup_close_ int held = -1;
	int r;

	if (!wish)
		return dcb_error_oom(err);
	r = dcb_apt_lock(apt, &held, err);
	if (r < 0)
		return r;
	r = dcb_apt_run(apt, NULL, (char *const *)argv, RESOLVE_TIMEOUT_MS, ret_output, err);
	if (r < 0)
		return r;
	if (ret_output->exit.code != 0)
		return dcb_apt_fail(ret_output, package->name, err);
	return 0;
}

int dcb_apt_depends(struct dcb_apt *apt, const struct dcb_apt_package *package,
		    struct dcb_apt_package **ret_packages, size_t *ret_n, struct dcb_error *err)
{
	_cleanup_(dcb_output_deinit) struct dcb_output output = DCB_OUTPUT_NULL;
	struct dcb_apt_package *packages = NULL;
	size_t n = 0;
	int r = resolve(apt, package, &output, err);

	if (r == 0)
		r = take_all(apt, output.out, &packages, &n, err);
	if (r < 0) {
		dcb_apt_packages_free(packages, n);
		return r;
	}
	*ret_packages = packages;
	*ret_n = n;
	return 0;
}
