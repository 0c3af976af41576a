// SPDX-License-Identifier: GPL-2.0-only
#include "machines/qemu.h"

#include <fcntl.h>
#include <linux/kvm.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/error.h"
#include "base/file.h"
#include "base/paths.h"
#include "base/process.h"

#define CPUINFO_MAX  (8 << 20)
#define KEEP_FDS_MAX 8

void dcb_machine_command_deinit(struct dcb_machine_command *command)
{
	for (char **word = command->argv; word && *word; word++)
		free(*word);
	free(command->argv);
	for (size_t i = 0; i < command->n_keep_fds; i++)
		close(command->keep_fds[i]);
	free(command->keep_fds);
	*command = (struct dcb_machine_command){0};
}

bool dcb_kvm_in_cpuinfo(const char *cpuinfo)
{
	for (const char *line = cpuinfo; line; line = strchr(line, '\n')) {
		if (*line == '\n')
			line++;
		if (strncmp(line, "flags", 5) != 0)
			continue;
		for (const char *at = line; *at && *at != '\n'; at++)
			if ((*at == ' ' || *at == '\t') &&
			    (strncmp(at + 1, "vmx", 3) == 0 || strncmp(at + 1, "svm", 3) == 0) &&
			    (!at[4] || strchr(" \n", at[4])))
				return true;
	}
	return false;
}

static char *kvm_unusable(enum dcb_arch arch)
{
	_cleanup_close_ int kvm = -1;
	_cleanup_close_ int vm = -1;
	_cleanup_free_ char *cpuinfo = NULL;

	if (arch != dcb_arch_host())
		return dcb_format("kvm boots only this host's architecture, %s: use tcg or icount",
				  dcb_arch_name(dcb_arch_host()));
	kvm = open("/dev/kvm", O_RDWR | O_CLOEXEC);
	if (kvm < 0 && errno == EACCES)
		return strdup("/dev/kvm: permission denied: join its group (usermod -aG kvm USER)");
	if (kvm < 0)
		return dcb_format("/dev/kvm: %s: no hardware virtualization here", strerror(errno));
	if (ioctl(kvm, KVM_GET_API_VERSION, 0) != KVM_API_VERSION)
		return strdup("/dev/kvm speaks another version of the API");
	vm = ioctl(kvm, KVM_CREATE_VM, 0);
	if (vm < 0)
		return dcb_format("/dev/kvm makes no machine: %s", strerror(errno));
	if (arch == DCB_ARCH_X86_64 &&
	    (dcb_file_read("/proc/cpuinfo", CPUINFO_MAX, &cpuinfo, NULL, NULL) < 0 ||
	     !dcb_kvm_in_cpuinfo(cpuinfo)))
		return strdup("this /dev/kvm has no hardware behind it (neither vmx nor svm in "
			      "/proc/cpuinfo)");
	return NULL;
}

static int min_major(enum dcb_qemu_kind kind)
{
	return kind == DCB_QEMU_KVM ? DCB_QEMU_MIN_KVM : DCB_QEMU_MIN_EMULATED;
}

static int find(enum dcb_qemu_kind kind, enum dcb_arch arch, struct dcb_qemu *ret_qemu,
		struct dcb_error *err)
{
	_cleanup_free_ char *cache = NULL;
	int r;

	r = dcb_path_cache(&cache, err);
	if (r < 0)
		return r;
	return dcb_qemu_find(cache, arch, min_major(kind), ret_qemu, err);
}

int dcb_qemu_supported(enum dcb_qemu_kind kind, enum dcb_arch arch, char **ret_why)
{
	_cleanup_(dcb_qemu_deinitp) struct dcb_qemu qemu = DCB_QEMU_NULL;
	_cleanup_free_ char *apt = NULL;
	struct dcb_error error = DCB_ERROR_NULL;
	char *why = NULL;

	if (arch == DCB_ARCH_NONE)
		why = strdup("QEMU boots kernels: give an architecture, x86_64 or arm64");
	else if (kind == DCB_QEMU_KVM)
		why = kvm_unusable(arch);
	if (why) {
		*ret_why = why;
		return -EOPNOTSUPP;
	}
	/* With apt at hand, prepare() fetches what is missing. */
	if (find(kind, arch, &qemu, &error) == 0 || dcb_program_find("apt-get", &apt) == 0)
		return 0;
	*ret_why = dcb_format("%s; install a newer %s", error.message, dcb_qemu_package(arch));
	return -EOPNOTSUPP;
}

int dcb_qemu_prepare(enum dcb_qemu_kind kind, enum dcb_arch arch,
		     const struct dcb_machine_options *options, struct dcb_error *err)
{
	_cleanup_(dcb_qemu_deinitp) struct dcb_qemu qemu = DCB_QEMU_NULL;
	_cleanup_free_ char *cache = NULL;
	int r;

	r = dcb_path_cache(&cache, err);
	if (r < 0)
		return r;
	if (dcb_qemu_find(cache, arch, min_major(kind), &qemu, NULL) == 0)
		return 0;
	return dcb_qemu_fetch(cache, arch, min_major(kind), options, err);
}

/* {"pvh.bin": digest, ...}: what runs in the guest before the kernel does. The cached QEMU's own
 * folders come first, as on its command line. */
static int firmware_digests(const struct dcb_qemu *qemu, enum dcb_arch arch, json_t *ret_digests,
			    struct dcb_error *err)
{
	static const char *const files[] = {"bios-256k.bin", "kvmvapic.bin", "linuxboot_dma.bin",
					    "pvh.bin"};
	static const char *const folders[] = {"/usr/share/qemu", "/usr/share/seabios"};

	if (arch != DCB_ARCH_X86_64)
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(files) * 2 * ARRAY_SIZE(folders); i++) {
		const char *file = files[i / (2 * ARRAY_SIZE(folders))];
		bool own = i / ARRAY_SIZE(folders) % 2 == 0;
		_cleanup_free_ char *path = dcb_format("%s%s/%s",
						       own && qemu->root ? qemu->root : "",
						       folders[i % ARRAY_SIZE(folders)], file);
		char sha256[DCB_SHA256_HEX];
		int r;

		if (!path)
			return dcb_error_oom(err);
		if (json_object_get(ret_digests, file) || !dcb_file_exists(path))
			continue;
		r = dcb_file_sha256(path, sha256, err);
		if (r < 0)
			return r;
		if (json_object_set_new(ret_digests, file, json_string(sha256)) < 0)
			return dcb_error_oom(err);
	}
	return 0;
}

int dcb_qemu_describe(enum dcb_qemu_kind kind, enum dcb_arch arch, json_t **ret_description,
		      struct dcb_error *err)
{
	_cleanup_(dcb_qemu_deinitp) struct dcb_qemu qemu = DCB_QEMU_NULL;
	json_auto_t *firmware = json_object();
	char sha256[DCB_SHA256_HEX];
	json_t *description;
	json_t *flags;
	int r;

	if (!firmware)
		return dcb_error_oom(err);
	r = find(kind, arch, &qemu, err);
	if (r == 0)
		r = dcb_file_sha256(qemu.program, sha256, err);
	if (r == 0)
		r = firmware_digests(&qemu, arch, firmware, err);
	if (r < 0)
		return r;
	flags = dcb_qemu_flags(kind, arch);
	if (!flags)
		return dcb_error_oom(err);
	description = json_pack("{s:s, s:s, s:o, s:s, s:O}", "qemu", qemu.version, "path",
				qemu.program, "flags", flags, "sha256", sha256, "firmware",
				firmware);
	if (!description)
		return dcb_error_oom(err);
	*ret_description = description;
	return 0;
}

static int keep_copy(struct dcb_machine_command *command, int fd, int *ret_fd,
		     struct dcb_error *err)
{
	/* Never one of the standard streams, which the child gets anew. */
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 3);

	if (copy < 0)
		return dcb_error_sys(err, errno, "a file of the boot");
	command->keep_fds[command->n_keep_fds++] = copy;
	*ret_fd = copy;
	return 0;
}

/* Keeps an open file for QEMU and says under which name it will find it. */
static int keep(struct dcb_machine_command *command, const char *path, int flags, char **ret_name,
		struct dcb_error *err)
{
	_cleanup_close_ int fd = open(path, flags | O_CLOEXEC);
	char *name;
	int kept = -1;
	int r;

	if (fd < 0)
		return dcb_error_sys(err, errno, "%s", path);
	r = keep_copy(command, fd, &kept, err);
	if (r < 0)
		return r;
	name = dcb_format("/proc/self/fd/%d", kept);
	if (!name)
		return dcb_error_oom(err);
	*ret_name = name;
	return 0;
}

/* The cache may lie below a folder that only root enters: program and data go by open files. */
static int keep_cached(struct dcb_machine_command *command, const struct dcb_qemu *qemu,
		       char **ret_program, char **ret_data, char **ret_firmware,
		       struct dcb_error *err)
{
	_cleanup_free_ char *data = dcb_format("%s/usr/share/qemu", qemu->root);
	_cleanup_free_ char *firmware = dcb_format("%s/usr/share/seabios", qemu->root);
	int r;

	if (!data || !firmware)
		return dcb_error_oom(err);
	r = keep(command, qemu->program, O_RDONLY, ret_program, err);
	if (r == 0)
		r = keep(command, data, O_RDONLY | O_DIRECTORY, ret_data, err);
	if (r == 0 && dcb_file_exists(firmware))
		r = keep(command, firmware, O_RDONLY | O_DIRECTORY, ret_firmware, err);
	return r;
}

static int keep_disk(struct dcb_machine_command *command, const struct dcb_boot_spec *spec,
		     int *ret_fd, struct dcb_error *err)
{
	_cleanup_free_ char *path = dcb_format("%s/disk", spec->folder);
	_cleanup_close_ int fd = -1;

	if (!path)
		return dcb_error_oom(err);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || ftruncate(fd, (off_t)spec->disk_bytes) < 0)
		return dcb_error_sys(err, errno, "%s", path);
	return keep_copy(command, fd, ret_fd, err);
}

int dcb_qemu_command(enum dcb_qemu_kind kind, const struct dcb_boot_spec *spec, int records_fd,
		     int console_fd, struct dcb_machine_command *ret_command, struct dcb_error *err)
{
	struct dcb_machine_command command = {
		.drop_privileges = true,
		.needs_kvm = kind == DCB_QEMU_KVM,
	};
	_cleanup_(dcb_qemu_deinitp) struct dcb_qemu qemu = DCB_QEMU_NULL;
	_cleanup_free_ char *program = NULL;
	_cleanup_free_ char *data = NULL;
	_cleanup_free_ char *firmware = NULL;
	_cleanup_free_ char *kernel = NULL;
	_cleanup_free_ char *initramfs = NULL;
	struct dcb_qemu_files files = {0};
	int r;

	r = find(kind, spec->arch, &qemu, err);
	if (r < 0)
		return r;
	command.keep_fds = calloc(KEEP_FDS_MAX, sizeof(*command.keep_fds));
	if (!command.keep_fds)
		return dcb_error_oom(err);
	if (qemu.root)
		r = keep_cached(&command, &qemu, &program, &data, &firmware, err);
	if (r == 0)
		r = keep(&command, spec->image, O_RDONLY, &kernel, err);
	if (r == 0)
		r = keep(&command, spec->initramfs, O_RDONLY, &initramfs, err);
	if (r == 0)
		r = keep_copy(&command, console_fd, &files.console_fd, err);
	if (r == 0)
		r = keep_copy(&command, records_fd, &files.records_fd, err);
	if (r == 0 && spec->disk_bytes)
		r = keep_disk(&command, spec, &files.disk_fd, err);
	if (r == 0) {
		files.program = qemu.root ? program : qemu.program;
		files.data = data;
		files.firmware = firmware;
		files.kernel = kernel;
		files.initramfs = initramfs;
		command.argv = dcb_qemu_argv(kind, spec, &files);
		if (!command.argv)
			r = dcb_error_oom(err);
	}
	if (r < 0) {
		dcb_machine_command_deinit(&command);
		return r;
	}
	*ret_command = command;
	return 0;
}
