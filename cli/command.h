/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/* One subcommand: one file, one struct, one line in the table of main.c. Help comes from the
 * struct. */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/option.h"
#include "reports/judgement.h"

struct dcb_error;
struct dcb_sink;
struct dcb_store;
struct dcb_summary;

#define DCB_EXIT_FAILURE     1
#define DCB_EXIT_USAGE       2
#define DCB_EXIT_INTERRUPTED 130

struct dcb_command {
	const char *name;
	const char *arguments; /* "RUN [RUN2]" */
	const char *summary;
	const char *details;                     /* more lines for `dcbench help NAME`, or NULL */
	const struct dcb_option *const *options; /* NULL-terminated list of tables */
	/* A further table of the help, from where it lies anyway: its title, and its lines to
	 * standard output. Optional. */
	const char *more;
	void (*print_more)(void);
	/* argv[0] is the command's name. An exit code, or a negative errno with *err set. */
	int (*run)(int argc, char **argv, struct dcb_error *err);
};

extern const struct dcb_command dcb_command_calibrate, dcb_command_cancel, dcb_command_compare,
	dcb_command_daemon, dcb_command_db, dcb_command_deliveries, dcb_command_doctor,
	dcb_command_export, dcb_command_follow, dcb_command_history, dcb_command_kernels,
	dcb_command_list, dcb_command_machines, dcb_command_queue, dcb_command_report,
	dcb_command_reproduce, dcb_command_resume, dcb_command_run, dcb_command_samples,
	dcb_command_show, dcb_command_submit, dcb_command_workloads;

/* Options that commands share. */
struct dcb_output_options {
	bool json;
};
extern const struct dcb_option dcb_output_options[];

struct dcb_database_options {
	char *db;
};
extern const struct dcb_option dcb_database_options[];

/* A table and the struct that it fills. */
struct dcb_arguments_set {
	const struct dcb_option *options;
	void *values;
};

/* Reads "--name value", "--name=value" and for bools "--name" into the sets; the rest is moved to
 * argv[1..*ret_n_words]. The sets must be initialised. `--` ends the options. */
int dcb_arguments_parse(int argc, char **argv, const struct dcb_arguments_set *sets, size_t n_sets,
			int *ret_n_words, struct dcb_error *err);
/* A usage error unless between min and max words are there. */
int dcb_arguments_count(const struct dcb_command *command, int n_words, int min, int max,
			struct dcb_error *err);
/* Both of the above. */
int dcb_arguments_read(const struct dcb_command *command, int argc, char **argv,
		       const struct dcb_arguments_set *sets, size_t n_sets, int min, int max,
		       int *ret_n_words, struct dcb_error *err);
int dcb_arguments_run_id(const char *word, int64_t *ret_run_id, struct dcb_error *err);

/* The database of --db, or <state>/dcbench.db; writing creates its folder. */
int dcb_database_open(const char *db, bool writing, struct dcb_store **ret_store,
		      struct dcb_error *err);
/* Where the store of kernels lies; malloc'd. */
int dcb_kernels_folder(char **ret_path, struct dcb_error *err);
/* How wide standard output is (80 where it is no terminal), and whether it shows colours. */
void dcb_terminal(int *ret_width, bool *ret_colour);

/* Standard output, checked: a full disk is an error, not a silent loss. */
int dcb_print_json(const json_t *json, struct dcb_error *err);
int dcb_print_matrix(const struct dcb_summary *summary, bool markdown, bool all,
		     struct dcb_error *err);
/* JSON has what reproduces the run, too: it takes the samples from the store. */
int dcb_print_summary(struct dcb_store *store, const struct dcb_summary *summary, bool json,
		      bool all, struct dcb_error *err);
int dcb_output_flush(struct dcb_error *err);
/* Lines to standard error; silent unless it is a terminal or DCBENCH_PROGRESS is set. */
const struct dcb_sink *dcb_progress_sink(void);
