// SPDX-License-Identifier: GPL-2.0-only

/* Fetching of the package lists. */

#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/sink.h"
#include "kernels/apt-private.h"

#define UPDATE_TIMEOUT_MS (15 * 60 * 1000)
#define DEBIAN_KEYRING    "/usr/share/keyrings/debian-archive-keyring.gpg"

/* A private mirror that signs with a key of its own names it in DCBENCH_KEYRING. */
static const char *keyring_path(void)
{
	return getenv("DCBENCH_KEYRING") ?: DEBIAN_KEYRING;
}

/* Prints "<URI> <suite>\n" if the line says that this repository is not there, or no longer. */
static void print_missing(FILE *out, const char *line, size_t size)
{
	static const char before[] = "E: The repository '";
	static const char *const after[] = {" Release' does not have a Release file",
					    " Release' no longer has a Release file"};

	if (size < strlen(before) || memcmp(line, before, strlen(before)) != 0)
		return;
	line += strlen(before);
	size -= strlen(before);
	for (size_t i = 0; i < ARRAY_SIZE(after); i++) {
		const char *stop = memmem(line, size, after[i], strlen(after[i]));

		if (stop)
			fprintf(out, "%.*s\n", (int)(stop - line), line);
	}
}

/* The same of "E: Release file for <URI>/dists/<suite>/InRelease is expired (invalid since ...": a
 * mirror that is not kept up, or a host whose clock is ahead. */
static void print_expired(FILE *out, const char *line, size_t size)
{
	static const char before[] = "E: Release file for ", middle[] = "/dists/",
			  after[] = "Release is expired";
	const char *suite, *stop;

	if (size < strlen(before) || memcmp(line, before, strlen(before)) != 0)
		return;
	line += strlen(before);
	size -= strlen(before);
	suite = memmem(line, size, middle, strlen(middle));
	stop = memmem(line, size, after, strlen(after));
	if (!suite || !stop || stop < suite)
		return;
	while (stop > suite && *stop != '/')
		stop--;
	fprintf(out, "%.*s %.*s\n", (int)(suite - line), line,
		(int)(stop - suite - (ptrdiff_t)strlen(middle)), suite + strlen(middle));
}

/* NULL on lack of memory. */
static char *missing_suites(const char *complaints)
{
	_cleanup_free_ char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		return NULL;
	while (*complaints) {
		size_t n = strcspn(complaints, "\n");

		print_missing(out, complaints, n);
		print_expired(out, complaints, n);
		complaints += n + (complaints[n] == '\n');
	}
	return fclose(out) == 0 ? TAKE_PTR(text) : NULL;
}

static int update_once(struct dcb_apt *apt, const char *sources, struct dcb_output *ret_output,
		       struct dcb_error *err)
{
	static const char *const argv[] = {"apt-get", "-q", "update", NULL};
	int r;

	r = dcb_file_write(apt->sources, sources, strlen(sources), 0644, err);
	if (r < 0)
		return r;
	return dcb_apt_run(apt, NULL, (char *const *)argv, UPDATE_TIMEOUT_MS, ret_output, err);
}

/* Suites that the mirror lacks (an older or partial one) or whose lists have expired are left out
 * in a second round. */
static int update_all(struct dcb_apt *apt, const char *wanted, struct dcb_error *err)
{
	_cleanup_(dcb_output_deinit) struct dcb_output first = DCB_OUTPUT_NULL;
	_cleanup_(dcb_output_deinit) struct dcb_output second = DCB_OUTPUT_NULL;
	_cleanup_free_ char *missing = NULL, *left = NULL;
	int r;

	r = update_once(apt, wanted, &first, err);
	if (r < 0)
		return r;
	if (first.exit.code == 0)
		return 0;
	missing = missing_suites(first.err);
	if (!missing)
		return dcb_error_oom(err);
	if (*missing == '\0')
		return dcb_apt_fail(&first, "cannot fetch the package lists", err);
	for (char *line = missing; *line; line += strcspn(line, "\n") + 1)
		dcb_sink_say(apt->sink, "left out, the mirror lacks it or has expired lists: %.*s",
			     (int)strcspn(line, "\n"), line);
	left = dcb_apt_sources(&apt->found, keyring_path(), missing);
	if (!left)
		return dcb_error_oom(err);
	if (*left == '\0')
		return dcb_error_usage(err, "mirror %s has none of Debian's suites",
				       apt->found.archive);
	r = update_once(apt, left, &second, err);
	if (r < 0)
		return r;
	if (second.exit.code != 0)
		return dcb_apt_fail(&second, "cannot fetch the package lists", err);
	return 0;
}

/* Whether the lists are of these sources and young enough. */
static bool is_fresh(const char *stamp, const char *digest, unsigned max_age_s)
{
	_cleanup_free_ char *kept = NULL;
	struct stat st;

	if (max_age_s == 0 || stat(stamp, &st) < 0 ||
	    dcb_file_read(stamp, 128, &kept, NULL, NULL) < 0)
		return false;
	return strcmp(kept, digest) == 0 && st.st_mtime <= time(NULL) &&
	       time(NULL) - st.st_mtime < (time_t)max_age_s;
}

static int update_locked(struct dcb_apt *apt, unsigned max_age_s, const char *stamp,
			 struct dcb_error *err)
{
	static const char *const index_argv[] = {"apt-cache", "-q", "gencaches", NULL};
	_cleanup_(dcb_output_deinit) struct dcb_output output = DCB_OUTPUT_NULL;
	_cleanup_free_ char *wanted = NULL;
	char digest[DCB_SHA256_HEX];
	int r;

	if (!dcb_file_exists(keyring_path()))
		return dcb_error_set(err, ENOENT,
				     "%s is missing: apt-get install debian-archive-keyring",
				     keyring_path());
	if (!apt->found.archive) {
		r = dcb_apt_mirror_find(apt, &apt->found, err);
		if (r < 0)
			return r;
	}
	wanted = dcb_apt_sources(&apt->found, keyring_path(), NULL);
	if (!wanted)
		return dcb_error_oom(err);
	dcb_sha256(wanted, strlen(wanted), digest);
	if (is_fresh(stamp, digest, max_age_s))
		return 0;
	dcb_sink_say(apt->sink, "fetching Debian's package lists (%s)", dcb_arch_debian(apt->arch));
	r = update_all(apt, wanted, err);
	if (r < 0)
		return r;
	r = dcb_apt_run(apt, NULL, (char *const *)index_argv, UPDATE_TIMEOUT_MS, &output, err);
	if (r < 0)
		return r;
	r = dcb_file_write(stamp, digest, strlen(digest), 0644, err);
	return r < 0 ? r : 1;
}

int dcb_apt_update(struct dcb_apt *apt, unsigned max_age_s, struct dcb_error *err)
{
	_cleanup_free_ char *stamp = dcb_format("%s/updated", apt->folder);
	_cleanup_close_ int held = -1;
	int r;

	if (!stamp)
		return dcb_error_oom(err);
	r = dcb_apt_lock(apt, &held, err);
	if (r < 0)
		return r;
	if (!apt->offline)
		return update_locked(apt, max_age_s, stamp, err);
	if (!dcb_file_exists(stamp))
		return dcb_error_set(err, ENETDOWN,
				     "Debian's package lists were never fetched and the network is "
				     "not to be used (offline)");
	return 0;
}
