// SPDX-License-Identifier: GPL-2.0-only
/* dcbench db: care of the database. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "cli/command.h"
#include "cli/output.h"
#include "schema/store.h"

static int check(struct dcb_store *store, const char *file, struct dcb_error *err)
{
	int r = dcb_store_full_check(store, err);

	(void)file;
	if (r < 0)
		return r;
	puts("the database is whole");
	return dcb_output_flush(err);
}

static int make_backup(void *context, const char *path, struct dcb_error *err)
{
	return dcb_store_backup(context, path, err);
}

static int backup(struct dcb_store *store, const char *file, struct dcb_error *err)
{
	const struct dcb_target_options target = {.output = (char *)file};

	if (dcb_target_is_stdout(&target))
		return dcb_error_usage(err, "db backup: needs a file, not standard output");
	return dcb_target_make(&target, make_backup, store, err);
}

static int vacuum(struct dcb_store *store, const char *file, struct dcb_error *err)
{
	int64_t before, after;
	int r = dcb_store_vacuum(store, &before, &after, err);

	(void)file;
	if (r < 0)
		return r;
	printf("%.1f MiB before, %.1f MiB now\n", (double)before / (1 << 20),
	       (double)after / (1 << 20));
	return dcb_output_flush(err);
}

static const struct verb {
	const char *name;
	int n_words;
	bool writes;
	int (*run)(struct dcb_store *store, const char *file, struct dcb_error *err);
} verbs[] = {
	{"check", 1, false, check},
	{"backup", 2, false, backup},
	{"vacuum", 1, true, vacuum},
};

static int find_verb(char **words, int n_words, const struct verb **ret_verb, struct dcb_error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++) {
		if (strcmp(words[0], verbs[i].name) != 0 || n_words != verbs[i].n_words)
			continue;
		*ret_verb = &verbs[i];
		return 0;
	}
	return dcb_error_usage(err, "usage: dcbench db check | backup FILE | vacuum");
}

static int db(int argc, char **argv, struct dcb_error *err)
{
	_cleanup_(dcb_store_closep) struct dcb_store *store = NULL;
	struct dcb_database_options database = {0};
	const struct dcb_arguments_set sets[] = {{dcb_database_options, &database}};
	const struct verb *verb = NULL;
	int n_words, r;

	r = dcb_arguments_read(&dcb_command_db, argc, argv, sets, ARRAY_SIZE(sets), 1, 2, &n_words,
			       err);
	if (r >= 0)
		r = find_verb(argv + 1, n_words, &verb, err);
	if (r >= 0)
		r = dcb_database_open(database.db, verb->writes, &store, err);
	dcb_options_deinit(dcb_database_options, &database);
	return r < 0 ? r : verb->run(store, n_words > 1 ? argv[2] : NULL, err);
}

static const struct dcb_option *const db_tables[] = {dcb_database_options, NULL};

const struct dcb_command dcb_command_db = {
	.name = "db",
	.arguments = "check | backup FILE | vacuum",
	.summary = "look the database over, copy it, give back what it does not use",
	.details =
		"A copy is of one moment, while others write, and is there whole or not at all; it "
		"takes the\nplace of the database as it is. Writers wait for vacuum, 10 s at most.",
	.options = db_tables,
	.run = db,
};
