// SPDX-License-Identifier: GPL-2.0-only
/* What a letter says on its envelope, and where its answer goes. */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "daemon/config.h"
#include "daemon/deliver-private.h"
#include "daemon/kcidb-status.h"
#include "daemon/secret.h"
#include "schema/jobs.h"

static size_t on_said(char *data, size_t size, size_t n, void *context)
{
	struct letter *letter = context;
	size_t room = sizeof(letter->said) - 1 - letter->n_said;

	/* The rest is of no interest, but reading it keeps the connection whole. */
	room = size * n < room ? size * n : room;
	memcpy(letter->said + letter->n_said, data, room);
	letter->n_said += room;
	letter->said[letter->n_said] = '\0';
	return size * n;
}

static int add_header(struct letter *letter, const char *name, const char *value,
		      struct dcb_error *err)
{
	_cleanup_free_ char *line = dcb_format("%s: %s", name, value);
	struct curl_slist *longer = line ? curl_slist_append(letter->headers, line) : NULL;

	if (!longer)
		return dcb_error_oom(err);
	letter->headers = longer;
	return 0;
}

static int add_secrets(struct letter *letter, const struct dcb_deliver_config *config, size_t size,
		       struct dcb_error *err)
{
	_cleanup_free_ char *secret = NULL, *token = NULL, *bearer = NULL;
	size_t secret_size, token_size;
	char signature[72];
	int r;

	if (config->secret_file) {
		r = dcb_secret_read(config->secret_file, &secret, &secret_size, err);
		if (r < 0)
			return r;
		dcb_deliver_sign(secret, secret_size, letter->body, size, signature);
		r = add_header(letter, "X-Hub-Signature-256", signature, err);
		if (r < 0)
			return r;
	}
	if (!config->token_file)
		return 0;
	r = dcb_secret_read(config->token_file, &token, &token_size, err);
	if (r < 0)
		return r;
	bearer = dcb_format("Bearer %s", token);
	return bearer ? add_header(letter, "Authorization", bearer, err) : dcb_error_oom(err);
}

static int address_letter(struct letter *letter, const struct dcb_store_delivery *row,
			  const struct dcb_deliver_config *config, struct dcb_error *err)
{
	CURL *curl = letter->curl;
	int r;

	r = add_header(letter, "Content-Type", row->content_type, err);
	if (r >= 0)
		r = add_header(letter, "Idempotency-Key", row->key, err);
	if (r >= 0)
		r = add_header(letter, "X-Dcbench-Event", row->event, err);
	/* No wait for "100 Continue" that many receivers never say. */
	if (r >= 0)
		r = add_header(letter, "Expect", "", err);
	if (r < 0)
		return r;
	if (curl_easy_setopt(curl, CURLOPT_URL, config->url) != CURLE_OK)
		return dcb_error_oom(err);
	curl_easy_setopt(curl, CURLOPT_POST, 1L);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, letter->body);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)row->size);
	return 0;
}

static int address_question(struct letter *letter, const struct dcb_store_delivery *row,
			    const struct dcb_deliver_config *config, struct dcb_error *err)
{
	_cleanup_free_ char *url = dcb_kcidb_status_url(config->url, row->remote_id);

	if (!url || curl_easy_setopt(letter->curl, CURLOPT_URL, url) != CURLE_OK)
		return dcb_error_oom(err);
	return 0;
}

/* KCIDB alone, where the section names its /submit itself and no relay of somebody's. */
static bool works_later(const struct dcb_deliver_config *config)
{
	_cleanup_free_ char *url = dcb_kcidb_status_url(config->url, "");

	return url && strcmp(config->format, "kcidb") == 0;
}

int dcb_letter_address(struct letter *letter, const struct dcb_store_delivery *row,
		       const struct dcb_deliver_config *config, struct dcb_error *err)
{
	CURL *curl = letter->curl;
	int r;

	letter->later = works_later(config);
	letter->asks = letter->later && row->remote_id;
	r = letter->asks ? address_question(letter, row, config, err)
			 : address_letter(letter, row, config, err);
	if (r >= 0)
		r = add_secrets(letter, config, letter->asks ? 0 : row->size, err);
	if (r < 0)
		return r;
	if (config->ca_file && curl_easy_setopt(curl, CURLOPT_CAINFO, config->ca_file) != CURLE_OK)
		return dcb_error_oom(err);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, letter->headers);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)config->timeout_s);
	curl_easy_setopt(curl, CURLOPT_USERAGENT, "dcbenchd");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_said);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, letter);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, letter->curl_error);
	curl_easy_setopt(curl, CURLOPT_PRIVATE, letter);
	return 0;
}
