// SPDX-License-Identifier: GPL-2.0-only
#include "kernels/version.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

struct part {
	const char *text;
	size_t size;
};

static struct part rest_of(struct part part, size_t n)
{
	return (struct part){.text = part.text + n, .size = part.size - n};
}

/* A tilde sorts before the end, the end before letters, letters before all else. */
static int weight_of(struct part part)
{
	unsigned char c;

	if (part.size == 0)
		return 0;
	c = (unsigned char)part.text[0];
	if (c == '~')
		return -1;
	if (isdigit(c))
		return 0;
	if (isalpha(c))
		return c;
	return c + 256;
}

static size_t count_digits(struct part part)
{
	size_t n = 0;

	while (n < part.size && isdigit((unsigned char)part.text[n]))
		n++;
	return n;
}

static int compare_numbers(struct part a, size_t n_a, struct part b, size_t n_b)
{
	while (n_a > 0 && *a.text == '0') {
		a.text++;
		n_a--;
	}
	while (n_b > 0 && *b.text == '0') {
		b.text++;
		n_b--;
	}
	if (n_a != n_b)
		return n_a < n_b ? -1 : 1;
	return memcmp(a.text, b.text, n_a);
}

static int compare_parts(struct part a, struct part b)
{
	while (a.size > 0 || b.size > 0) {
		size_t n_a, n_b;
		int order;

		while ((a.size > 0 && !isdigit((unsigned char)*a.text)) ||
		       (b.size > 0 && !isdigit((unsigned char)*b.text))) {
			order = weight_of(a) - weight_of(b);
			if (order != 0)
				return order;
			a = rest_of(a, 1);
			b = rest_of(b, 1);
		}
		n_a = count_digits(a);
		n_b = count_digits(b);
		order = compare_numbers(a, n_a, b, n_b);
		if (order != 0)
			return order;
		a = rest_of(a, n_a);
		b = rest_of(b, n_b);
	}
	return 0;
}

static void split(const char *version, struct part *ret_epoch, struct part *ret_upstream,
		  struct part *ret_revision)
{
	const char *colon = strchr(version, ':');
	const char *upstream = colon ? colon + 1 : version;
	const char *dash = strrchr(upstream, '-');
	const char *end = upstream + strlen(upstream);

	*ret_epoch = (struct part){version, colon ? (size_t)(colon - version) : 0};
	*ret_upstream = (struct part){upstream, (size_t)((dash ? dash : end) - upstream)};
	*ret_revision = (struct part){dash ? dash + 1 : end, dash ? (size_t)(end - dash - 1) : 0};
}

int dcb_version_compare(const char *a, const char *b)
{
	struct part a_parts[3], b_parts[3];

	split(a, &a_parts[0], &a_parts[1], &a_parts[2]);
	split(b, &b_parts[0], &b_parts[1], &b_parts[2]);
	for (size_t i = 0; i < 3; i++) {
		int order = compare_parts(a_parts[i], b_parts[i]);

		if (order != 0)
			return order;
	}
	return 0;
}

char *dcb_version_upstream(const char *version)
{
	struct part epoch, upstream, revision;

	split(version, &epoch, &upstream, &revision);
	return strndup(upstream.text, upstream.size);
}
