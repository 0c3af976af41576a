/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* Versions in Debian's order (deb-version(7)): the one that apt and dpkg go by. */

/* Negative, 0 or positive, as strcmp(). Takes epochs and revisions; never fails. */
int dcb_version_compare(const char *a, const char *b);
/* "6.1.192" of "6.1.192-2", "7.3.4" of "1:7.3.4-1~bpo13+1"; malloc'd. */
char *dcb_version_upstream(const char *version);
