// SPDX-License-Identifier: GPL-2.0-only
#include "daemon/access.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "daemon/config.h"
#include "daemon/secret.h"

#define MAX_GROUPS 256

/* ---- hosts ---- */

/* "[::1]:8250" -> "[::1]"; the port is nobody's business. */
static size_t host_size(const char *text)
{
	const char *end;

	if (*text == '[') {
		end = strchr(text, ']');
		return end ? (size_t)(end + 1 - text) : 0;
	}
	return strcspn(text, ":");
}

static bool is_host(const char *text, size_t size, const char *name, size_t name_size)
{
	return size == name_size && strncasecmp(text, name, size) == 0;
}

static bool is_ours(const struct dcb_config *config, const char *host)
{
	static const char *const loopback[] = {"localhost", "127.0.0.1", "[::1]"};
	const char *names = config->host_names;
	size_t size = host_size(host);

	for (size_t i = 0; i < ARRAY_SIZE(loopback); i++)
		if (is_host(host, size, loopback[i], strlen(loopback[i])))
			return true;
	while (names && *names) {
		size_t n = strcspn(names, ",");

		if (size && is_host(host, size, names, n))
			return true;
		names += n + (names[n] == ',');
	}
	return false;
}

int dcb_access_read(const struct dcb_config *config, const struct dcb_http_request *request,
		    struct dcb_error *err)
{
	const char *host;

	if (request->local)
		return 0;
	host = dcb_http_header(request, "Host");
	if (host && is_ours(config, host))
		return 0;
	return dcb_error_set(err, EACCES, "host %.60s is not served here: name it in host-names",
			     host ? host : "");
}

/* A page of another site can make a browser send a request, but not hide where it comes from. */
static bool is_cross_site(const struct dcb_config *config, const struct dcb_http_request *request)
{
	const char *site = dcb_http_header(request, "Sec-Fetch-Site");
	const char *origin = dcb_http_header(request, "Origin");
	const char *host;

	if (site && strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0)
		return true;
	if (!origin)
		return false;
	host = strstr(origin, "://");
	return !host || !is_ours(config, host + 3);
}

static int check_site(const struct dcb_config *config, const struct dcb_http_request *request,
		      struct dcb_error *err)
{
	int r = dcb_access_read(config, request, err);

	if (r < 0)
		return r;
	if (is_cross_site(config, request))
		return dcb_error_set(err, EACCES, "a page of another site may not change anything");
	return 0;
}

/* ---- people ---- */

static bool in_group(const struct passwd *user, gid_t peer_group, const char *name)
{
	struct group entry, *found = NULL;
	gid_t groups[MAX_GROUPS];
	int n = MAX_GROUPS;
	char buffer[65536];

	if (!name || !*name || getgrnam_r(name, &entry, buffer, sizeof(buffer), &found) != 0 ||
	    !found)
		return false;
	if (peer_group == entry.gr_gid)
		return true;
	if (!user || getgrouplist(user->pw_name, user->pw_gid, groups, &n) < 0)
		return false;
	for (int i = 0; i < n; i++)
		if (groups[i] == entry.gr_gid)
			return true;
	return false;
}

static int check_peer(const struct dcb_config *config, const struct dcb_http_request *request,
		      char **ret_who, struct dcb_error *err)
{
	struct passwd entry, *user = NULL;
	char buffer[16384];
	char *who;

	if (getpwuid_r(request->uid, &entry, buffer, sizeof(buffer), &user) != 0)
		user = NULL;
	if (request->uid != 0 && request->uid != getuid() &&
	    !in_group(user, request->gid, config->group))
		return dcb_error_set(err, EACCES,
				     "uid %u may look but not change: join the group %s",
				     (unsigned)request->uid,
				     config->group ? config->group : "(none is configured)");
	who = user ? dcb_format("uid %u (%s)", (unsigned)request->uid, user->pw_name)
		   : dcb_format("uid %u", (unsigned)request->uid);
	if (!who)
		return dcb_error_oom(err);
	*ret_who = who;
	return 0;
}

/* ---- tokens ---- */

static int check_token(const struct dcb_config *config, const struct dcb_http_request *request,
		       char **ret_who, struct dcb_error *err)
{
	bool fits;

	if (!config->token_file)
		return dcb_error_set(err, EACCES,
				     "nothing can be changed over TCP: set token-file");
	/* Where the file is does not concern who asks. */
	if (dcb_secret_is_bearer(config->token_file, dcb_http_header(request, "Authorization"),
				 &fits, NULL) < 0)
		return dcb_error_set(err, EIO, "token-file cannot be read");
	if (!fits)
		return dcb_error_set(err, EACCES, "the token is missing or wrong");
	*ret_who = strdup("token");
	return *ret_who ? 0 : dcb_error_oom(err);
}

int dcb_access_change(const struct dcb_config *config, const struct dcb_http_request *request,
		      char **ret_who, struct dcb_error *err)
{
	int r;

	r = check_site(config, request, err);
	if (r < 0)
		return r;
	return request->local ? check_peer(config, request, ret_who, err)
			      : check_token(config, request, ret_who, err);
}

/* ---- other labs ---- */

static int find_lab(const struct dcb_config *config, const struct dcb_http_request *request,
		    const struct dcb_lab_config **ret_lab, struct dcb_error *err)
{
	const char *header = dcb_http_header(request, "Authorization");
	const char *unread = NULL;

	for (size_t i = 0; i < config->n_labs; i++) {
		bool fits;

		/* A lab whose file cannot be read does not shut out the others. */
		if (dcb_secret_is_bearer(config->labs[i].token_file, header, &fits, NULL) < 0) {
			unread = config->labs[i].name;
		} else if (fits) {
			*ret_lab = &config->labs[i];
			return 0;
		}
	}
	/* Perhaps it was this one: to be tried again, not given up. */
	return unread ? dcb_error_set(err, EIO, "[lab %s]: its token cannot be read", unread)
		      : dcb_error_set(err, EACCES, "the token is missing or no lab's");
}

int dcb_access_lab(const struct dcb_config *config, const struct dcb_http_request *request,
		   const struct dcb_lab_config **ret_lab, struct dcb_error *err)
{
	const struct dcb_lab_config *lab = NULL;
	bool fits = true;
	int r;

	r = check_site(config, request, err);
	if (r < 0)
		return r;
	r = find_lab(config, request, &lab, err);
	if (r < 0)
		return r;
	if (lab->secret_file &&
	    dcb_secret_is_signature(lab->secret_file,
				    dcb_http_header(request, "X-Hub-Signature-256"), request->body,
				    request->size, &fits, NULL) < 0)
		return dcb_error_set(err, EIO, "[lab %s]: its secret cannot be read", lab->name);
	if (!fits)
		return dcb_error_set(err, EACCES, "the signature is missing or wrong");
	*ret_lab = lab;
	return 0;
}
