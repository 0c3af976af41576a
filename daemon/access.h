/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * Who may do what. Reading is for everybody who reaches the socket. Changing is for
 *
 *   over the UNIX socket  root, the daemon's own user, and members of the configured group, by the
 *                         credentials of the peer;
 *   over TCP              who knows the token.
 *
 * Another lab may tell its summaries, over either, where it knows its token and, where its section
 * has a secret-file, signs the body with that.
 *
 * A browser is no friend: over TCP the Host must be a loopback name or a configured one (DNS
 * rebinding), and a change must not come from another site's page (Origin, Sec-Fetch-Site).
 */

#include "daemon/http.h"

struct dcb_config;
struct dcb_error;
struct dcb_lab_config;

/* 0, or -EACCES with its message. Before anything else is done for a request. */
int dcb_access_read(const struct dcb_config *config, const struct dcb_http_request *request,
		    struct dcb_error *err);
/* 0, or -EACCES; implies dcb_access_read(). *ret_who is malloc'd: "uid 1000 (ann)", "token". */
int dcb_access_change(const struct dcb_config *config, const struct dcb_http_request *request,
		      char **ret_who, struct dcb_error *err);
/* 0 and which lab sent it, or -EACCES; implies dcb_access_read(). Other errors: it cannot be told
 * now. */
int dcb_access_lab(const struct dcb_config *config, const struct dcb_http_request *request,
		   const struct dcb_lab_config **ret_lab, struct dcb_error *err);
