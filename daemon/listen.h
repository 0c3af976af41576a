/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * Where the API is served: on the sockets that systemd passed (sd_listen_fds(3)), of any family; of
 * the kinds that are missing then, on those of the configuration.
 */

struct dcb_config;
struct dcb_error;
struct dcb_http;

/* *ret_socket: the path of a UNIX socket that was made here, to be removed at the end; or NULL. A
 * socket file that nobody serves any more is replaced. */
int dcb_listen(struct dcb_http *http, const struct dcb_config *config, char **ret_socket,
	       struct dcb_error *err);
