// SPDX-License-Identifier: GPL-2.0-only
#include "base/option.h"

#include <ctype.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/file.h"

static void *field(const struct dcb_option *option, void *values)
{
	return (char *)values + option->offset;
}

static const void *const_field(const struct dcb_option *option, const void *values)
{
	return (const char *)values + option->offset;
}

const struct dcb_option *dcb_option_find(const struct dcb_option *options, const char *key)
{
	for (; options->name; options++) {
		if (strcmp(options->name, key) == 0)
			return options;
	}
	return NULL;
}

static int parse_integer(const char *text, int64_t *ret_value)
{
	long long value;
	char *end;

	if (!isdigit((unsigned char)*text) && *text != '-')
		return -EINVAL;
	errno = 0;
	value = strtoll(text, &end, 10);
	if (errno)
		return -errno;
	if (end == text || *end)
		return -EINVAL;
	*ret_value = value;
	return 0;
}

int dcb_size_parse(const char *text, int64_t *ret_bytes)
{
	_cleanup_free_ char *digits = strdup(text);
	size_t n;
	int shift = 0, r;
	int64_t value = 0;

	if (!digits)
		return -ENOMEM;
	n = strlen(digits);
	if (n > 0 && !isdigit((unsigned char)digits[n - 1])) {
		switch (toupper((unsigned char)digits[n - 1])) {
		case 'K':
			shift = 10;
			break;
		case 'M':
			shift = 20;
			break;
		case 'G':
			shift = 30;
			break;
		default:
			return -EINVAL;
		}
		digits[n - 1] = '\0';
	}
	r = parse_integer(digits, &value);
	if (r < 0)
		return r;
	if (value < 0)
		return -EINVAL;
	if (value > INT64_MAX >> shift)
		return -ERANGE;
	*ret_bytes = value << shift;
	return 0;
}

char *dcb_size_format(int64_t bytes)
{
	static const char suffixes[] = "GMK";

	for (int i = 0; i < 3; i++) {
		int64_t unit = INT64_C(1) << (30 - 10 * i);

		if (bytes != 0 && bytes % unit == 0)
			return dcb_format("%lld%c", (long long)(bytes / unit), suffixes[i]);
	}
	return dcb_format("%lld", (long long)bytes);
}

static const struct {
	char letter;
	int64_t seconds;
} time_units[] = {{'d', 86400}, {'h', 3600}, {'m', 60}, {'s', 1}};

int dcb_duration_parse(const char *text, int64_t *ret_seconds)
{
	_cleanup_free_ char *digits = strdup(text);
	int64_t value = 0;
	char letter;
	size_t n;
	int r;

	if (!digits)
		return -ENOMEM;
	n = strlen(digits);
	/* A bare number would leave open of what. */
	if (strcmp(text, "0") != 0 && n < 2)
		return -EINVAL;
	letter = n < 2 ? 's' : digits[n - 1];
	if (n >= 2)
		digits[n - 1] = '\0';
	r = parse_integer(digits, &value);
	if (r < 0)
		return r;
	if (value < 0)
		return -EINVAL;
	for (size_t i = 0; i < ARRAY_SIZE(time_units); i++) {
		if (letter != time_units[i].letter)
			continue;
		if (value > INT64_MAX / time_units[i].seconds)
			return -ERANGE;
		*ret_seconds = value * time_units[i].seconds;
		return 0;
	}
	return -EINVAL;
}

char *dcb_duration_format(int64_t seconds)
{
	if (seconds == 0)
		return strdup("0");
	for (size_t i = 0; i < ARRAY_SIZE(time_units) - 1; i++) {
		if (seconds % time_units[i].seconds == 0)
			return dcb_format("%lld%c", (long long)(seconds / time_units[i].seconds),
					  time_units[i].letter);
	}
	return dcb_format("%llds", (long long)seconds);
}

/* The index of `word` in "a,b,c", or -1. */
static int choice_index(const char *choices, const char *word)
{
	size_t n = strlen(word);

	for (int i = 0;; i++) {
		size_t length = strcspn(choices, ",");

		if (length == n && strncmp(choices, word, n) == 0)
			return i;
		if (choices[length] == '\0')
			return -1;
		choices += length + 1;
	}
}

static char *choice_name(const char *choices, int index)
{
	while (index-- > 0)
		choices += strcspn(choices, ",") + 1;
	return strndup(choices, strcspn(choices, ","));
}

static int parse_bool(const char *text, bool *ret_value)
{
	int i = choice_index("no,yes,false,true,0,1", text);

	if (i < 0)
		return -EINVAL;
	*ret_value = i % 2;
	return 0;
}

static int bad_value(const struct dcb_option *option, const char *value, const char *where,
		     struct dcb_error *err)
{
	_cleanup_free_ char *min = NULL;
	_cleanup_free_ char *max = NULL;

	switch (option->type) {
	case DCB_OPTION_BOOL:
		return dcb_error_usage(err, "%s: %s=%.60s: give yes or no", where, option->name,
				       value);
	case DCB_OPTION_CHOICE:
		return dcb_error_usage(err, "%s: %s=%.60s: give one of %s", where, option->name,
				       value, option->choices);
	case DCB_OPTION_SIZE:
		min = dcb_size_format(option->min);
		max = dcb_size_format(option->max);
		if (!min || !max)
			return dcb_error_oom(err);
		return dcb_error_usage(err, "%s: %s=%.60s: give a size from %s to %s (K, M, G)",
				       where, option->name, value, min, max);
	case DCB_OPTION_DURATION:
		max = dcb_duration_format(option->max);
		if (!max)
			return dcb_error_oom(err);
		return dcb_error_usage(err,
				       "%s: %s=%.60s: give a time such as 90m, 2h or 3600s, "
				       "up to %s",
				       where, option->name, value, max);
	default:
		return dcb_error_usage(err, "%s: %s=%.60s: give a whole number from %lld to %lld",
				       where, option->name, value, (long long)option->min,
				       (long long)option->max);
	}
}

static int set_string(char **field_value, const char *value, struct dcb_error *err)
{
	char *copy = strdup(value);

	if (!copy)
		return dcb_error_oom(err);
	free(*field_value);
	*field_value = copy;
	return 0;
}

static int append_string(char ***list, const char *value, struct dcb_error *err)
{
	char **longer;
	size_t n = 0;

	while (*list && (*list)[n])
		n++;
	longer = reallocarray(*list, n + 2, sizeof(*longer));
	if (!longer)
		return dcb_error_oom(err);
	*list = longer;
	longer[n + 1] = NULL;
	longer[n] = strdup(value);
	return longer[n] ? 0 : dcb_error_oom(err);
}

static int parse_number(enum dcb_option_type type, const char *value, int64_t *ret_number)
{
	switch (type) {
	case DCB_OPTION_SIZE:
		return dcb_size_parse(value, ret_number);
	case DCB_OPTION_DURATION:
		return dcb_duration_parse(value, ret_number);
	default:
		return parse_integer(value, ret_number);
	}
}

static int set_value(const struct dcb_option *option, void *values, const char *value,
		     const char *where, struct dcb_error *err)
{
	void *target = field(option, values);
	int64_t number;
	int r;

	switch (option->type) {
	case DCB_OPTION_STRING:
		return set_string(target, value, err);
	case DCB_OPTION_LIST:
		return append_string(target, value, err);
	case DCB_OPTION_BOOL:
		if (parse_bool(value, target) < 0)
			return bad_value(option, value, where, err);
		return 0;
	case DCB_OPTION_CHOICE:
		r = choice_index(option->choices, value);
		if (r < 0)
			return bad_value(option, value, where, err);
		*(int *)target = r;
		return 0;
	default:
		break;
	}
	r = parse_number(option->type, value, &number);
	if (r < 0 || number < option->min || number > option->max)
		return bad_value(option, value, where, err);
	*(int64_t *)target = number;
	return 0;
}

static int unknown_key(const struct dcb_option *options, const char *key, const char *where,
		       struct dcb_error *err)
{
	char known[512] = "";
	size_t used = 0;

	for (const struct dcb_option *o = options; o->name && used < sizeof(known) - 1; o++)
		used += (size_t)snprintf(known + used, sizeof(known) - used, "%s%s",
					 used ? ", " : "", o->name);
	if (!known[0])
		return dcb_error_usage(err, "%s: unknown key %.60s: it takes none", where, key);
	return dcb_error_usage(err, "%s: unknown key %.60s: it takes %s", where, key, known);
}

int dcb_options_set(const struct dcb_option *options, void *values, const char *key,
		    const char *value, const char *where, struct dcb_error *err)
{
	const struct dcb_option *option = dcb_option_find(options, key);

	if (!option)
		return unknown_key(options, key, where, err);
	return set_value(option, values, value, where, err);
}

int dcb_options_init(const struct dcb_option *options, void *values, struct dcb_error *err)
{
	int r;

	for (const struct dcb_option *o = options; o->name; o++) {
		if (o->type == DCB_OPTION_STRING)
			*(char **)field(o, values) = NULL;
		if (o->type == DCB_OPTION_LIST)
			*(char ***)field(o, values) = NULL;
	}
	for (const struct dcb_option *o = options; o->name; o++) {
		if (!o->fallback)
			continue;
		r = set_value(o, values, o->fallback, "default", err);
		if (r < 0)
			return r;
	}
	return 0;
}

void dcb_options_deinit(const struct dcb_option *options, void *values)
{
	for (const struct dcb_option *o = options; o->name; o++) {
		if (o->type == DCB_OPTION_STRING) {
			char **text = field(o, values);

			free(*text);
			*text = NULL;
		}
		if (o->type == DCB_OPTION_LIST) {
			char ***list = field(o, values);

			for (char **item = *list; item && *item; item++)
				free(*item);
			free(*list);
			*list = NULL;
		}
	}
}

int dcb_options_parse(const struct dcb_option *options, void *values, const char *list,
		      const char *where, struct dcb_error *err)
{
	_cleanup_free_ char *copy = strdup(list);
	char *rest = copy, *pair;
	int r;

	if (!copy)
		return dcb_error_oom(err);
	if (*copy == '\0')
		return 0;
	while ((pair = strsep(&rest, ","))) {
		char *value = strchr(pair, '=');

		if (!value || value == pair)
			return dcb_error_usage(err, "%s: \"%.60s\" is not key=value", where, pair);
		*value++ = '\0';
		r = dcb_options_set(options, values, pair, value, where, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static char *join(char *const *list)
{
	_cleanup_free_ char *text = strdup("");

	for (; text && list && *list; list++) {
		char *longer = dcb_format("%s%s%s", text, *text ? " " : "", *list);

		free(text);
		text = longer;
	}
	return TAKE_PTR(text);
}

char *dcb_option_format(const struct dcb_option *option, const void *values)
{
	const void *value = const_field(option, values);

	switch (option->type) {
	case DCB_OPTION_BOOL:
		return strdup(*(const bool *)value ? "yes" : "no");
	case DCB_OPTION_CHOICE:
		return choice_name(option->choices, *(const int *)value);
	case DCB_OPTION_SIZE:
		return dcb_size_format(*(const int64_t *)value);
	case DCB_OPTION_DURATION:
		return dcb_duration_format(*(const int64_t *)value);
	case DCB_OPTION_STRING:
		return strdup(*(char *const *)value ? *(char *const *)value : "");
	case DCB_OPTION_LIST:
		return join(*(char **const *)value);
	default:
		return dcb_format("%lld", (long long)*(const int64_t *)value);
	}
}

char *dcb_options_format(const struct dcb_option *options, const void *values)
{
	_cleanup_free_ char *list = strdup("");

	for (const struct dcb_option *o = options; list && o->name; o++) {
		_cleanup_free_ char *value = dcb_option_format(o, values);
		char *longer;

		if (!value)
			return NULL;
		longer = dcb_format("%s%s%s=%s", list, *list ? "," : "", o->name, value);
		free(list);
		list = longer;
	}
	return TAKE_PTR(list);
}

static json_t *option_to_json(const struct dcb_option *option)
{
	static const char *const types[] = {"bool",   "int",  "size",    "string",
					    "choice", "list", "duration"};
	bool bounded = option->type == DCB_OPTION_INT || option->type == DCB_OPTION_SIZE ||
		       option->type == DCB_OPTION_DURATION;

	return json_pack("{s:s, s:s, s:s?, s:o, s:o, s:s?, s:s}", "name", option->name, "type",
			 types[option->type], "default", option->fallback, "min",
			 bounded ? json_integer(option->min) : json_null(), "max",
			 bounded ? json_integer(option->max) : json_null(), "choices",
			 option->choices, "help", option->help);
}

json_t *dcb_options_to_json(const struct dcb_option *options)
{
	json_auto_t *list = json_array();

	for (; list && options->name; options++) {
		if (json_array_append_new(list, option_to_json(options)) < 0)
			return NULL;
	}
	return TAKE_PTR(list);
}

#define NEAREST_MAX 64

/* Levenshtein's distance of two words of at most NEAREST_MAX letters. */
static size_t distance(const char *a, const char *b)
{
	size_t row[NEAREST_MAX + 1], n = strlen(b);

	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			size_t change = diagonal + (a[i - 1] != b[j - 1]);
			size_t least = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;

			diagonal = row[j];
			row[j] = change < least ? change : least;
		}
	}
	return row[n];
}

const char *dcb_nearest(const char *word, const char *const *names, size_t n_names)
{
	size_t length = strlen(word), best = length / 3 + 2;
	const char *nearest = NULL;

	if (length > NEAREST_MAX)
		return NULL;
	for (size_t i = 0; i < n_names; i++) {
		size_t d;

		if (strlen(names[i]) > NEAREST_MAX)
			continue;
		d = distance(word, names[i]);
		if (d < best) {
			best = d;
			nearest = names[i];
		}
	}
	return nearest;
}
