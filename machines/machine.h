/* SPDX-License-Identifier: GPL-2.0-only */
#pragma once

/*
 * How a kernel is booted. A machine turns a boot's description into the command line of a program
 * that writes records to one file and its console to another; machines/boot.c runs that program in
 * a cgroup of its own, under a deadline, and reads both.
 *
 * Three qualities of time, never mixed in one comparison: kvm (real time, real cycles), tcg (real
 * time, emulated CPU), icount (instruction-counted virtual time, bit-exact).
 */

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arch.h"

struct dcb_error;
struct dcb_sink;

struct dcb_machine_options {
	const char *mirror; /* for fetching a QEMU; as in kernels/kernel.h */
	bool offline;
	const struct dcb_sink *sink;
};

/* What one boot needs to know. Paths are absolute, strings borrowed. */
struct dcb_boot_spec {
	enum dcb_arch arch;
	const char *image;     /* kernel; for `null` the program to run */
	const char *initramfs; /* base and job, complete; NULL for `null` */
	const char *job;       /* job.json as text; `null` gets it on its standard input */
	unsigned cpus;
	uint64_t memory_bytes;
	uint64_t seed;
	unsigned deadline_s; /* host wall time */
	const char *folder;  /* an existing private folder for this boot's files */
	/* A disk of zeros (workloads/guest-disk.h) of this size, sparse in the folder; 0: none. Its
	 * completions come when the host's event loop gets to them: such a boot is not exact. */
	uint64_t disk_bytes;
};

struct dcb_machine_command {
	char **argv;   /* NULL-terminated, malloc'd */
	int *keep_fds; /* open files that argv refers to as /proc/self/fd/N; owned */
	size_t n_keep_fds;
	bool drop_privileges; /* where the lab is root */
	bool needs_kvm;       /* keeps the group of /dev/kvm when dropping */
	bool stdio; /* the program is the guest: job on its stdin, records on stdout, console on
		       stderr */
};

void dcb_machine_command_deinit(struct dcb_machine_command *command);

struct dcb_machine_ops {
	const char *name;
	const char *summary;
	bool exact;    /* one seed gives one set of digits */
	bool parallel; /* boots beside each other do not change the figures */
	unsigned default_cpus;
	/* Why this machine's cycles and instructions say nothing though a guest can count them, or
	 * NULL where they do. */
	const char *no_cycles;
	/* 0, or -EOPNOTSUPP and *ret_why (malloc'd): one line, with what would mend it. Needs no
	 * network. */
	int (*supported)(enum dcb_arch arch, char **ret_why);
	/* Makes ready what a boot needs (a QEMU in the cache). Optional. */
	int (*prepare)(enum dcb_arch arch, const struct dcb_machine_options *options,
		       struct dcb_error *err);
	/* For the fingerprint: {"qemu": "10.0.2 (Debian ...)", "path": ..., "flags": [...],
	 * "sha256": of the program, "firmware": {file: sha256}}. */
	int (*describe)(enum dcb_arch arch, json_t **ret_description, struct dcb_error *err);
	int (*command)(const struct dcb_boot_spec *spec, int records_fd, int console_fd,
		       struct dcb_machine_command *ret_command, struct dcb_error *err);
};

extern const struct dcb_machine_ops *const dcb_machines[];
extern const size_t dcb_n_machines;
int dcb_machines_check(struct dcb_error *err);
/* "auto": kvm where it is usable for this arch, else icount. Usage error for an unknown name. */
int dcb_machine_find(const char *name, enum dcb_arch arch, const struct dcb_machine_ops **ret_ops,
		     struct dcb_error *err);
/* By name: one seed gives one set of digits there; false for an unknown one. */
bool dcb_machine_is_exact(const char *name);
/* The default architecture of a machine kind: the host's for kvm, arm64 for the emulated ones. */
enum dcb_arch dcb_machine_default_arch(const struct dcb_machine_ops *ops);
