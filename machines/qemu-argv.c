// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command line. Only emulated serial ports, no virtio: its completions come from the host's
 * event loop, and the digits would differ from boot to boot. So do a disk's: it is there only where
 * the kernel has nothing else to stand a file system on. What is here for speed was measured:
 * the boot is paid hundreds of times a night.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "machines/qemu.h"
#include "workloads/guest-disk.h"

struct words {
	char **items;
	size_t n;
	bool failed;
};

static void add(struct words *words, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void add(struct words *words, const char *format, ...)
{
	char **larger = realloc(words->items, (words->n + 2) * sizeof(*larger));
	va_list args;

	if (!larger) {
		words->failed = true;
		return;
	}
	words->items = larger;
	va_start(args, format);
	if (vasprintf(&larger[words->n], format, args) < 0) {
		larger[words->n] = NULL;
		words->failed = true;
	} else {
		larger[++words->n] = NULL;
	}
	va_end(args);
}

static void words_free(struct words *words)
{
	for (size_t i = 0; i < words->n; i++)
		free(words->items[i]);
	free(words->items);
}

/*
 * Neoverse N1 boots in two thirds of the time of `max` (pointer authentication and SVE are dear to
 * emulate), has LSE atomics and a PMU, and means the same in every QEMU. On x86_64 the string
 * instructions would be counted one iteration at a time: without ERMS and FSRM the kernel takes
 * plain loops. rdrand and rdseed would bring the host's randomness in.
 */
static const char *cpu_of(enum dcb_qemu_kind kind, enum dcb_arch arch)
{
	if (kind == DCB_QEMU_KVM)
		return "host";
	return arch == DCB_ARCH_ARM64 ? "neoverse-n1" : "max,-rdrand,-rdseed,-erms,-fsrm";
}

static const char *board_of(enum dcb_qemu_kind kind, enum dcb_arch arch)
{
	if (arch == DCB_ARCH_ARM64)
		return kind == DCB_QEMU_KVM ? "virt,gic-version=host" : "virt,gic-version=3";
	return "pc,hpet=off,vmport=off,smbus=off,i8042=off,usb=off";
}

/*
 * Certificates and self-tests: half of the guest's time until init, and none of the lab's business.
 * reboot=t: a panic ends by a triple fault at once; what the kernel would try before takes seconds.
 * nolapic_timer: the calibration of the local APIC polls for 0.1 s of the guest's time, 1.2 s of
 * the host's under icount; for one CPU the PIT does as well.
 */
static char *append_of(enum dcb_qemu_kind kind, enum dcb_arch arch)
{
	const char *more = "";

	if (arch == DCB_ARCH_X86_64)
		more = kind == DCB_QEMU_ICOUNT
			       ? " reboot=t nolapic_timer tsc=reliable no_timer_check"
			       : " reboot=t";
	return dcb_format("console=%s0 quiet loglevel=5 panic=-1 nokaslr preempt=full "
			  "random.trust_cpu=0 random.trust_bootloader=0 "
			  "initcall_blacklist=load_system_certificate_list cryptomgr.notests%s",
			  arch == DCB_ARCH_ARM64 ? "ttyAMA" : "ttyS", more);
}

/* The guest's time leaps while it idles under icount: a slow write of the host's is no lost one. */
#define DISK_APPEND " nvme_core.io_timeout=86400 nvme_core.admin_timeout=86400"

/* spec: NULL for what is the same in every boot. */
static void add_flags(struct words *words, enum dcb_qemu_kind kind, enum dcb_arch arch,
		      const struct dcb_boot_spec *spec)
{
	_cleanup_free_ char *append = append_of(kind, arch);

	add(words, "-nodefaults");
	add(words, "-no-user-config");
	add(words, "-display");
	add(words, "none");
	add(words, "-no-reboot");
	add(words, "-nic");
	add(words, "none");
	add(words, "-sandbox");
	add(words, "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny");
	add(words, "-machine");
	add(words, "%s", board_of(kind, arch));
	add(words, "-cpu");
	add(words, "%s", cpu_of(kind, arch));
	add(words, "-accel");
	switch (kind) {
	case DCB_QEMU_KVM:
		add(words, "kvm");
		break;
	case DCB_QEMU_TCG:
		add(words, "tcg");
		break;
	case DCB_QEMU_ICOUNT:
		add(words, "tcg,thread=single");
		add(words, "-icount");
		add(words, "shift=1,sleep=off");
		add(words, "-rtc");
		add(words, "base=2026-01-01,clock=vm");
		break;
	}
	add(words, "-append");
	/* The kernel mixes its command line into its random numbers: on x86_64 the only way by
	 * which a seed reaches it under PVH. */
	if (spec)
		add(words, "%s%s dcbench.seed=%016llx", append ? append : "",
		    spec->disk_bytes ? DISK_APPEND : "", (unsigned long long)spec->seed);
	else
		add(words, "%s", append ? append : "");
	if (!append)
		words->failed = true;
}

/* NVMe, as Debian's kernels have it built in. Nobody reads the file after the boot: no flushes. */
static void add_disk(struct words *words, int fd)
{
	add(words, "-add-fd");
	add(words, "fd=%d,set=3", fd);
	add(words, "-drive");
	add(words, "if=none,id=disk,format=raw,file=/dev/fdset/3,cache=unsafe,discard=unmap,"
		   "auto-read-only=off");
	add(words, "-device");
	add(words, "nvme,drive=disk,serial=" DCB_GUEST_DISK_SERIAL);
}

char **dcb_qemu_argv(enum dcb_qemu_kind kind, const struct dcb_boot_spec *spec,
		     const struct dcb_qemu_files *files)
{
	struct words words = {0};

	add(&words, "%s", files->program);
	if (files->data) {
		add(&words, "-L");
		add(&words, "%s", files->data);
	}
	if (files->firmware) {
		add(&words, "-L");
		add(&words, "%s", files->firmware);
	}
	add_flags(&words, kind, spec->arch, spec);
	add(&words, "-smp");
	add(&words, "%u", spec->cpus);
	add(&words, "-m");
	add(&words, "%lluK", (unsigned long long)spec->memory_bytes / 1024);
	add(&words, "-seed");
	/* What QEMU itself draws: arm64's rng-seed and kaslr-seed in the device tree. */
	add(&words, "%llu", (unsigned long long)spec->seed);
	add(&words, "-kernel");
	add(&words, "%s", files->kernel);
	add(&words, "-initrd");
	add(&words, "%s", files->initramfs);
	/* Open files, so that QEMU needs no right to any folder. */
	add(&words, "-add-fd");
	add(&words, "fd=%d,set=1", files->console_fd);
	add(&words, "-add-fd");
	add(&words, "fd=%d,set=2", files->records_fd);
	add(&words, "-serial");
	add(&words, "file:/dev/fdset/1");
	add(&words, "-serial");
	add(&words, "file:/dev/fdset/2");
	if (spec->disk_bytes)
		add_disk(&words, files->disk_fd);
	if (words.failed) {
		words_free(&words);
		return NULL;
	}
	return words.items;
}

json_t *dcb_qemu_flags(enum dcb_qemu_kind kind, enum dcb_arch arch)
{
	struct words words = {0};
	json_t *flags = json_array();

	add_flags(&words, kind, arch, NULL);
	for (size_t i = 0; flags && i < words.n && !words.failed; i++)
		if (json_array_append_new(flags, json_string(words.items[i])) < 0)
			words.failed = true;
	if (words.failed && flags) {
		json_decref(flags);
		flags = NULL;
	}
	words_free(&words);
	return flags;
}
