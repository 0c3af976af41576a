// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/listen.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/fault.h"
#include "base/file.h"
#include "daemon/config.h"
#include "daemon/http.h"

#define BACKLOG 128

/* Somebody answers there. */
static bool is_served(const struct sockaddr_un *address)
{
	_cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return fd >= 0 && connect(fd, (const struct sockaddr *)address, sizeof(*address)) == 0;
}

static int make_folder(const char *path, struct dcb_error *err)
{
	_cleanup_free_ char *copy = strdup(path);

	return copy ? dcb_dir_create(dirname(copy), 0755, err) : dcb_error_oom(err);
}

static int open_local(const char *path, int *ret_fd, struct dcb_error *err)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	_cleanup_close_ int fd = -1;
	int r;

	if (strlen(path) >= sizeof(address.sun_path))
		return dcb_error_usage(err, "socket %s: a path of at most %zu bytes", path,
				       sizeof(address.sun_path) - 1);
	strcpy(address.sun_path, path);
	if (is_served(&address))
		return dcb_error_set(err, EADDRINUSE, "%s: another dcbenchd serves it", path);
	r = make_folder(path, err);
	if (r < 0)
		return r;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return dcb_error_sys(err, errno, "socket");
	unlink(path);
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		return dcb_error_sys(err, errno, "%s", path);
	DCB_FAULT("socket-bound");
	/* Who may do what is decided by credentials, not by the file. */
	if (chmod(path, 0666) < 0 || listen(fd, BACKLOG) < 0)
		return dcb_error_sys(err, errno, "%s", path);
	*ret_fd = TAKE_FD(fd);
	return 0;
}

/* "127.0.0.1:8250", "[::1]:8250" */
static int open_tcp(const char *text, int *ret_fd, struct dcb_error *err)
{
	const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
				       .ai_socktype = SOCK_STREAM};
	_cleanup_free_ char *host = strdup(*text == '[' ? text + 1 : text);
	const char *port = strrchr(text, ':');
	struct addrinfo *found = NULL;
	_cleanup_close_ int fd = -1;
	int on = 1, r;

	if (!host)
		return dcb_error_oom(err);
	host[strcspn(host, *text == '[' ? "]" : ":")] = '\0';
	r = port ? getaddrinfo(host, port + 1, &hints, &found) : EAI_NONAME;
	if (r != 0)
		return dcb_error_usage(err, "listen: \"%.60s\": give an address and a port", text);
	fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) == 0 &&
	    bind(fd, found->ai_addr, found->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
		*ret_fd = TAKE_FD(fd);
	else
		r = dcb_error_sys(err, errno, "%s", text);
	freeaddrinfo(found);
	return r;
}

static int take_passed(struct dcb_http *http, bool *ret_local, bool *ret_tcp, struct dcb_error *err)
{
	int n = sd_listen_fds(1), r;

	for (int i = 0; i < n; i++) {
		int fd = SD_LISTEN_FDS_START + i;

		if (sd_is_socket(fd, AF_UNIX, SOCK_STREAM, 1) > 0)
			*ret_local = true;
		else if (sd_is_socket(fd, AF_UNSPEC, SOCK_STREAM, 1) > 0)
			*ret_tcp = true;
		else
			return dcb_error_usage(err,
					       "descriptor %d of systemd is no listening "
					       "stream socket",
					       fd);
		fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
		r = dcb_http_listen(http, fd, err);
		if (r < 0)
			return r;
	}
	return n < 0 ? dcb_error_sys(err, -n, "sockets of systemd") : 0;
}

int dcb_listen(struct dcb_http *http, const struct dcb_config *config, char **ret_socket,
	       struct dcb_error *err)
{
	bool local = false, tcp = false;
	int fd = -1, r;

	r = take_passed(http, &local, &tcp, err);
	if (r < 0)
		return r;
	if (!local) {
		r = open_local(config->socket, &fd, err);
		if (r < 0)
			return r;
		*ret_socket = strdup(config->socket);
		r = *ret_socket ? dcb_http_listen(http, fd, err) : dcb_error_oom(err);
		if (r < 0)
			return r;
	}
	if (tcp || !config->listen)
		return 0;
	r = open_tcp(config->listen, &fd, err);
	return r < 0 ? r : dcb_http_listen(http, fd, err);
}
