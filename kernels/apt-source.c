// SPDX-License-Identifier: GPL-2.0-only

/* Which mirror, which suites. The repository names no host: it asks the host's own apt. */

#include <ctype.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "kernels/apt-private.h"

#define ASK_TIMEOUT_MS (60 * 1000)

static const char *const suites[] = {
	"bookworm", "bookworm-backports", "trixie", "trixie-backports", "forky", "sid",
};
static const char *const security_suites[] = {"bookworm-security", "trixie-security"};

void dcb_apt_mirror_deinit(struct dcb_apt_mirror *mirror)
{
	free(mirror->archive);
	free(mirror->security);
	*mirror = (struct dcb_apt_mirror){0};
}

static bool is_uri(const char *text)
{
	size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789+");

	if (n == 0 || text[n] != ':' || text[n + 1] == '\0')
		return false;
	for (; *text; text++) {
		if (isspace((unsigned char)*text) || iscntrl((unsigned char)*text))
			return false;
	}
	return true;
}

static size_t trimmed(const char *uri)
{
	size_t n = strlen(uri);

	while (n > 0 && uri[n - 1] == '/')
		n--;
	return n;
}

static int mirror_given(const char *given, struct dcb_apt_mirror *ret_mirror, struct dcb_error *err)
{
	_cleanup_(dcb_apt_mirror_deinit) struct dcb_apt_mirror mirror = {0};
	size_t n = trimmed(given);

	if (!is_uri(given))
		return dcb_error_usage(err,
				       "mirror %.200s: not a URI; give one such as "
				       "https://HOST/debian or file:/PATH",
				       given);
	mirror.archive = strndup(given, n);
	if (!mirror.archive)
		return dcb_error_oom(err);
	if (n > strlen("/debian") &&
	    strcmp(mirror.archive + n - strlen("/debian"), "/debian") == 0) {
		mirror.security = dcb_format("%s-security", mirror.archive);
		if (!mirror.security)
			return dcb_error_oom(err);
	}
	*ret_mirror = TAKE(mirror, (struct dcb_apt_mirror){0});
	return 0;
}

/* A field whose Release file the host never fetched stays "$(ORIGIN)": then the suite must do. */
static bool is_debian(const char *origin, const char *release)
{
	static const char *const names[] = {"bookworm", "trixie",    "forky",    "sid",
					    "stable",   "oldstable", "unstable", "testing"};

	if (*origin != '$')
		return strcmp(origin, "Debian") == 0;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		size_t n = strlen(names[i]);

		if (strncmp(release, names[i], n) == 0 &&
		    (release[n] == '\0' || release[n] == '-' || release[n] == '/'))
			return true;
	}
	return false;
}

static int take_target(char *line, struct dcb_apt_mirror *mirror)
{
	char *uri = strsep(&line, "|");
	char *release = strsep(&line, "|");
	char *origin = strsep(&line, "|");
	char *label = strsep(&line, "|");
	char **place;

	if (!label || !is_uri(uri) || !is_debian(origin, release))
		return 0;
	if (strcmp(label, "Debian-Security") == 0 || strstr(release, "-security"))
		place = &mirror->security;
	else if (*label == '$' || strcmp(label, "Debian") == 0)
		place = &mirror->archive;
	else
		return 0;
	if (*place)
		return 0;
	*place = strndup(uri, trimmed(uri));
	return *place ? 0 : -ENOMEM;
}

static int ask_host(bool release_info, struct dcb_apt_mirror *mirror, struct dcb_error *err)
{
	const char *argv[] = {"env", "LC_ALL=C", "apt-get",
			      /* Nothing of the host's is written, not even apt's own caches. */
			      "-o", "Dir::Cache::pkgcache=", "-o",
			      "Dir::Cache::srcpkgcache=", "indextargets", "--format",
			      "$(REPO_URI)|$(RELEASE)|$(ORIGIN)|$(LABEL)", "Created-By: Packages",
			      "Component: main", release_info ? NULL : "--no-release-info", NULL};
	_cleanup_(dcb_output_deinit) struct dcb_output output = DCB_OUTPUT_NULL;
	char *rest, *line;
	int r;

	r = dcb_command((char *const *)argv, ASK_TIMEOUT_MS, &output, err);
	if (r < 0)
		return dcb_error_wrap(err, "cannot ask apt for its mirror");
	rest = output.out;
	while ((line = strsep(&rest, "\n"))) {
		if (take_target(line, mirror) < 0)
			return dcb_error_oom(err);
	}
	return 0;
}

/* A host that never ran apt-get update knows its sources only without what Release files say. */
static int mirror_of_host(struct dcb_apt_mirror *ret_mirror, struct dcb_error *err)
{
	_cleanup_(dcb_apt_mirror_deinit) struct dcb_apt_mirror mirror = {0};
	_cleanup_free_ char *program = NULL;
	int r;

	if (dcb_program_find("apt-get", &program) < 0)
		return dcb_apt_absent("apt-get", err);
	r = ask_host(true, &mirror, err);
	if (r == 0 && !mirror.archive)
		r = ask_host(false, &mirror, err);
	if (r < 0)
		return r;
	if (!mirror.archive)
		return dcb_error_usage(err, "this host's apt knows no Debian mirror; name one with "
					    "--mirror URI (https://HOST/debian or file:/PATH)");
	*ret_mirror = TAKE(mirror, (struct dcb_apt_mirror){0});
	return 0;
}

int dcb_apt_mirror_find(const struct dcb_apt *apt, struct dcb_apt_mirror *ret_mirror,
			struct dcb_error *err)
{
	if (apt->mirror)
		return mirror_given(apt->mirror, ret_mirror, err);
	return mirror_of_host(ret_mirror, err);
}

static bool is_missing(const char *missing, const char *uri, const char *suite)
{
	_cleanup_free_ char *line = dcb_format("%s %s\n", uri, suite);

	return line && missing && strstr(missing, line);
}

static void print_suites(FILE *out, const char *uri, const char *const *names, size_t n_names,
			 const char *keyring, const char *missing)
{
	for (size_t i = 0; uri && i < n_names; i++) {
		if (!is_missing(missing, uri, names[i]))
			fprintf(out,
				"deb [signed-by=%s target=Packages lang=none pdiffs=no] %s %s "
				"main\n",
				keyring, uri, names[i]);
	}
}

char *dcb_apt_sources(const struct dcb_apt_mirror *mirror, const char *keyring, const char *missing)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	print_suites(out, mirror->archive, suites, ARRAY_SIZE(suites), keyring, missing);
	print_suites(out, mirror->security, security_suites, ARRAY_SIZE(security_suites), keyring,
		     missing);
	if (fclose(out) != 0)
		return NULL;
	return TAKE_PTR(text);
}
