// SPDX-License-Identifier: GPL-2.0-only

/* Which package a debian: spec means. */

#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "kernels/debian.h"
#include "kernels/version.h"

struct candidate {
	const struct dcb_apt_package *package;
	char *release;
	char *short_release; /* without the flavour */
	char *version;
	bool split;
	bool is_signed;
};

struct candidates {
	struct candidate *items;
	size_t n;
};

static void candidate_deinit(struct candidate *candidate)
{
	free(candidate->release);
	free(candidate->short_release);
	free(candidate->version);
}

static void candidates_deinit(struct candidates *candidates)
{
	for (size_t i = 0; i < candidates->n; i++) {
		candidate_deinit(&candidates->items[i]);
	}
	free(candidates->items);
}

void dcb_debian_choice_deinit(struct dcb_debian_choice *choice)
{
	free(choice->release);
	free(choice->version);
	*choice = (struct dcb_debian_choice)DCB_DEBIAN_CHOICE_NULL;
}

/* Cuts a beginning off a text. */
static bool skip(const char **text, const char *prefix)
{
	size_t n = strlen(prefix);

	if (strncmp(*text, prefix, n) != 0)
		return false;
	*text += n;
	return true;
}

/* Whether the text ends so; then *size becomes shorter by it. */
static bool cut(const char *text, size_t *size, const char *suffix)
{
	size_t n = strlen(suffix);

	if (*size < n || memcmp(text + *size - n, suffix, n) != 0)
		return false;
	*size -= n;
	return true;
}

/* "linux-image-6.12-cloud-amd64" is a name for the newest one, without a kernel in it. */
static bool is_release(const char *text, size_t size)
{
	size_t dots = 0;

	for (size_t i = 0; i < size && strchr("0123456789.", text[i]); i++)
		dots += text[i] == '.';
	return dots >= 2;
}

/* -ENOENT where the package holds no kernel. */
static int candidate_of(const struct dcb_apt_package *package, const char *flavour,
			struct candidate *ret_candidate)
{
	_cleanup_(candidate_deinit) struct candidate found = {.package = package,
							      .is_signed = true};
	const char *name = package->name;
	size_t size;

	if (skip(&name, "linux-binary-"))
		found.split = true;
	else if (!skip(&name, "linux-image-"))
		return -ENOENT;
	if (skip(&name, "unsigned-"))
		found.is_signed = false;
	size = strlen(name);
	if (cut(name, &size, "-unsigned"))
		found.is_signed = false;
	found.release = strndup(name, size);
	if (!cut(name, &size, flavour) || !is_release(name, size))
		return -ENOENT;
	found.short_release = strndup(name, size);
	found.version = dcb_version_upstream(package->version);
	if (!found.release || !found.short_release || !found.version)
		return -ENOMEM;
	*ret_candidate = TAKE(found, (struct candidate){0});
	return 0;
}

static bool is_shell(const struct candidates *all, const struct candidate *candidate)
{
	for (size_t i = 0; !candidate->split && i < all->n; i++) {
		if (all->items[i].split && strcmp(all->items[i].release, candidate->release) == 0)
			return true;
	}
	return false;
}

static int find_candidates(const struct dcb_apt_package *packages, size_t n, const char *flavour,
			   struct candidates *ret_candidates)
{
	_cleanup_(candidates_deinit) struct candidates all = {0};

	all.items = calloc(n + 1, sizeof(*all.items));
	if (!all.items)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		int r = candidate_of(&packages[i], flavour, &all.items[all.n]);

		if (r == -ENOMEM)
			return r;
		if (r == 0)
			all.n++;
	}
	*ret_candidates = TAKE(all, (struct candidates){0});
	return 0;
}

static bool matches(const struct candidate *candidate, const struct dcb_spec *spec,
		    const char *flavour)
{
	const char *rest = candidate->version;

	switch (spec->kind) {
	case DCB_SPEC_LATEST:
		return true;
	case DCB_SPEC_SERIES:
		return skip(&rest, spec->value) && (*rest == '\0' || *rest == '.' || *rest == '~');
	case DCB_SPEC_VERSION:
		return strcmp(rest, spec->value) == 0;
	case DCB_SPEC_RELEASE:
		rest = candidate->release;
		return skip(&rest, spec->value) && (*rest == '\0' || strcmp(rest, flavour) == 0);
	default:
		return false;
	}
}

static int compare(const struct candidate *a, const struct candidate *b)
{
	int order = dcb_version_compare(a->version, b->version);

	if (order == 0)
		order = dcb_version_compare(a->package->version, b->package->version);
	if (order == 0)
		order = a->is_signed - b->is_signed;
	return order;
}

static const struct candidate *find_newest(const struct candidates *all,
					   const struct dcb_spec *spec, const char *flavour)
{
	const struct candidate *best = NULL;

	for (size_t i = 0; i < all->n; i++) {
		const struct candidate *candidate = &all->items[i];

		if (matches(candidate, spec, flavour) && !is_shell(all, candidate) &&
		    (!best || compare(candidate, best) > 0))
			best = candidate;
	}
	return best;
}

static int refuse(const struct candidates *all, const struct dcb_spec *spec, enum dcb_arch arch,
		  struct dcb_error *err)
{
	const char *cloud = strstr(spec->value, "-cloud-");
	_cleanup_free_ char *asked = cloud ? strndup(spec->value, (size_t)(cloud - spec->value))
					   : strdup(spec->value);
	const char *below = NULL, *above = NULL;

	if (!asked)
		return dcb_error_oom(err);
	if (all->n == 0)
		return dcb_error_set(err, ENOENT, "the archive has no cloud kernels for %s",
				     dcb_arch_debian(arch));
	for (size_t i = 0; i < all->n; i++) {
		const char *key = spec->kind == DCB_SPEC_RELEASE ? all->items[i].short_release
								 : all->items[i].version;
		int order = dcb_version_compare(key, asked);

		if (order <= 0 && (!below || dcb_version_compare(key, below) > 0))
			below = key;
		if (order > 0 && (!above || dcb_version_compare(key, above) < 0))
			above = key;
	}
	return dcb_error_usage(err, "debian:%s is not in the archive for %s; nearest: %s%s%s",
			       spec->value, dcb_arch_debian(arch), below ?: "",
			       below && above ? ", " : "", above ?: "");
}

static const struct dcb_apt_package *find_companion(const struct dcb_apt_package *packages,
						    size_t n, const char *kind,
						    const struct candidate *candidate)
{
	for (size_t i = 0; i < n; i++) {
		const char *name = packages[i].name;

		if (skip(&name, kind) && strcmp(name, candidate->release) == 0 &&
		    strcmp(packages[i].version, candidate->package->version) == 0)
			return &packages[i];
	}
	return NULL;
}

static int check_flavour(const struct dcb_spec *spec, const char *flavour, struct dcb_error *err)
{
	const char *asked = strstr(spec->value, "-cloud-");

	if (spec->kind == DCB_SPEC_RELEASE && asked && strcmp(asked, flavour) != 0)
		return dcb_error_usage(err, "debian:%s is for %s, but a kernel for %s is needed",
				       spec->value, asked + strlen("-cloud-"),
				       flavour + strlen("-cloud-"));
	return 0;
}

int dcb_debian_choose(const struct dcb_apt_package *packages, size_t n_packages,
		      const struct dcb_spec *spec, enum dcb_arch arch,
		      struct dcb_debian_choice *ret_choice, struct dcb_error *err)
{
	_cleanup_(
		dcb_debian_choice_deinit) struct dcb_debian_choice choice = DCB_DEBIAN_CHOICE_NULL;
	_cleanup_free_ char *flavour = dcb_format("-cloud-%s", dcb_arch_debian(arch));
	_cleanup_(candidates_deinit) struct candidates all = {0};
	const struct candidate *best;
	int r;

	if (!flavour || find_candidates(packages, n_packages, flavour, &all) < 0)
		return dcb_error_oom(err);
	r = check_flavour(spec, flavour, err);
	if (r < 0)
		return r;
	best = find_newest(&all, spec, flavour);
	if (!best)
		return refuse(&all, spec, arch, err);
	choice.release = strdup(best->release);
	choice.version = strdup(best->version);
	if (!choice.release || !choice.version)
		return dcb_error_oom(err);
	choice.image = best->package;
	choice.split = best->split;
	if (best->split) {
		choice.modules = find_companion(packages, n_packages, "linux-modules-", best);
		choice.base = find_companion(packages, n_packages, "linux-base-", best);
	}
	*ret_choice = TAKE(choice, (struct dcb_debian_choice)DCB_DEBIAN_CHOICE_NULL);
	return 0;
}
