/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * The `dcbench run ...` that would make a stored run again: its kernels, its workloads, and the
 * options that are not what `dcbench run` would take by itself. What belongs to the host that ran
 * it (jobs, mirror, offline, refresh) is left out.
 */

struct dcb_error;
struct dcb_summary;

/* NULL-terminated words, each quoted for the shell; freed by dcb_words_freep(). */
int dcb_command_line_run(const struct dcb_summary *summary, char ***ret_words,
			 struct dcb_error *err);
/* "'it'\''s'", "plain"; control characters as $'\n'. malloc'd; NULL on lack of memory. */
char *dcb_shell_quote(const char *word);
void dcb_words_freep(char ***words);
