// SPDX-License-Identifier: GPL-2.0-only
/* dcbench: the command line. */
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "cli/command.h"

static const struct dcb_command *const commands[] = {
	&dcb_command_run,       &dcb_command_submit,     &dcb_command_resume,
	&dcb_command_queue,     &dcb_command_follow,     &dcb_command_cancel,
	&dcb_command_list,      &dcb_command_show,       &dcb_command_compare,
	&dcb_command_report,    &dcb_command_history,    &dcb_command_calibrate,
	&dcb_command_reproduce, &dcb_command_samples,    &dcb_command_export,
	&dcb_command_kernels,   &dcb_command_workloads,  &dcb_command_machines,
	&dcb_command_doctor,    &dcb_command_deliveries, &dcb_command_daemon,
	&dcb_command_db,
};

static const struct dcb_command *find_command(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++) {
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	}
	return NULL;
}

static int unknown_command(const char *name, struct dcb_error *err)
{
	const char *names[ARRAY_SIZE(commands)], *nearest;

	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		names[i] = commands[i]->name;
	nearest = dcb_nearest(name, names, ARRAY_SIZE(commands));
	if (nearest)
		return dcb_error_usage(err, "unknown command \"%.60s\": did you mean %s?", name,
				       nearest);
	return dcb_error_usage(err, "unknown command \"%.60s\": see `dcbench help`", name);
}

static void help_overview(void)
{
	printf("dcbench %s: what a kernel does when it meets a dying dentry\n\n"
	       "usage: dcbench COMMAND [OPTION]... [ARGUMENT]...\n\n",
	       DCB_VERSION);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		printf("  %-10s %s\n", commands[i]->name, commands[i]->summary);
	printf("\n`dcbench help COMMAND` lists its options. Start with:\n"
	       "  dcbench doctor\n"
	       "  dcbench run --kernel base=debian:6.12 --kernel fixed=debian:7.3 dying-dentry\n");
}

static void help_option(const struct dcb_option *option)
{
	static const char *const types[] = {"", "N", "SIZE", "TEXT", "", "TEXT", "TIME"};
	char left[64];

	snprintf(left, sizeof(left), "--%s %s", option->name,
		 option->choices ? option->choices : types[option->type]);
	printf("  %-20s %s", left, option->help);
	if (option->fallback && option->type != DCB_OPTION_BOOL && strcmp(option->fallback, "0"))
		printf(" (default: %s)", option->fallback);
	putchar('\n');
}

static void help_command(const struct dcb_command *command)
{
	printf("usage: dcbench %s [OPTION]...%s%s\n\n%s\n", command->name,
	       *command->arguments ? " " : "", command->arguments, command->summary);
	if (command->details)
		printf("\n%s\n", command->details);
	if (command->options && command->options[0])
		putchar('\n');
	for (const struct dcb_option *const *table = command->options; table && *table; table++) {
		for (const struct dcb_option *option = *table; option->name; option++)
			help_option(option);
	}
	if (command->print_more) {
		printf("\n%s:\n", command->more);
		command->print_more();
	}
}

static int help(int argc, char **argv, struct dcb_error *err)
{
	const struct dcb_command *command;

	if (argc < 2) {
		help_overview();
		return 0;
	}
	command = find_command(argv[1]);
	if (!command)
		return unknown_command(argv[1], err);
	help_command(command);
	return 0;
}

static bool asks_for_help(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0)
			return true;
	}
	return false;
}

static int dispatch(int argc, char **argv, struct dcb_error *err)
{
	const struct dcb_command *command;

	if (argc < 2)
		return dcb_error_usage(err, "no command: see `dcbench help`");
	if (strcmp(argv[1], "help") == 0 || strcmp(argv[1], "--help") == 0)
		return help(argc - 1, argv + 1, err);
	if (strcmp(argv[1], "version") == 0 || strcmp(argv[1], "--version") == 0) {
		printf("dcbench %s\n", DCB_VERSION);
		return 0;
	}
	command = find_command(argv[1]);
	if (!command)
		return unknown_command(argv[1], err);
	if (asks_for_help(argc - 1, argv + 1)) {
		help_command(command);
		return 0;
	}
	return command->run(argc - 1, argv + 1, err);
}

int main(int argc, char **argv)
{
	struct dcb_error err = DCB_ERROR_NULL;
	int r;

	/* Numbers read the same everywhere. */
	setlocale(LC_ALL, "C");
	r = dispatch(argc, argv, &err);
	if (r >= 0)
		return fflush(stdout) == 0 ? r : DCB_EXIT_FAILURE;
	fprintf(stderr, "dcbench: %s\n", err.errnum ? err.message : strerror(-r));
	if (r == -EINTR)
		return DCB_EXIT_INTERRUPTED;
	return err.kind == DCB_ERROR_USAGE ? DCB_EXIT_USAGE : DCB_EXIT_FAILURE;
}
