// SPDX-License-Identifier: GPL-2.0-only
#include "kernels/apt.h"

#include <dirent.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/prctl.h>

#include "base/cleanup.h"
#include "base/error.h"
#include "base/sink.h"
#include "kernels/apt-private.h"

#define DOWNLOAD_TIMEOUT_MS (60 * 60 * 1000)

/* Everything that the host's configuration might say about lists, hooks and trust is said again
 * here; what it says about proxies and credentials stays. */
static const char config_text[] = "Dir::State \"%1$s/state\";\n"
				  "Dir::State::lists \"%1$s/lists\";\n"
				  "Dir::State::status \"/dev/null\";\n"
				  "Dir::Cache \"%1$s/cache\";\n"
				  "Dir::Cache::archives \"archives\";\n"
				  "Dir::Cache::pkgcache \"pkgcache.bin\";\n"
				  "Dir::Cache::srcpkgcache \"\";\n"
				  "Dir::Etc::sourcelist \"%1$s/sources.list\";\n"
				  "Dir::Etc::sourceparts \"/dev/null\";\n"
				  "Dir::Etc::preferences \"/dev/null\";\n"
				  "Dir::Etc::preferencesparts \"/dev/null\";\n"
				  "Dir::Etc::trusted \"/dev/null\";\n"
				  "Dir::Etc::trustedparts \"/dev/null\";\n"
				  "#clear APT::Architectures;\n"
				  "APT::Architecture \"%2$s\";\n"
				  "APT::Architectures { \"%2$s\"; };\n"
				  "APT::Default-Release \"\";\n"
				  "#clear APT::Update::Pre-Invoke;\n"
				  "#clear APT::Update::Post-Invoke;\n"
				  "#clear APT::Update::Post-Invoke-Success;\n"
				  "APT::Update::Error-Mode \"any\";\n"
				  "APT::Get::AllowUnauthenticated \"false\";\n"
				  "APT::Get::List-Cleanup \"true\";\n"
				  "Acquire::AllowInsecureRepositories \"false\";\n"
				  "Acquire::AllowWeakRepositories \"false\";\n"
				  "Acquire::AllowDowngradeToInsecureRepositories \"false\";\n"
				  "Acquire::GzipIndexes \"true\";\n"
				  "Acquire::Retries \"3\";\n"
				  "%3$s";

/* apt as root gives its folders to a user of its own and fetches as that one. Where nothing can be
 * given away, as in a service with few capabilities, it fetches as who it is. */
static const char *sandbox(void)
{
	return prctl(PR_CAPBSET_READ, CAP_CHOWN, 0, 0, 0) == 0 ? "APT::Sandbox::User \"\";\n" : "";
}

static int prepare_folder(struct dcb_apt *apt, struct dcb_error *err)
{
	static const char *const folders[] = {"state", "lists/partial", "cache/archives/partial"};
	_cleanup_free_ char *config = NULL;
	int r;

	for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
		_cleanup_free_ char *path = dcb_format("%s/%s", apt->folder, folders[i]);

		if (!path)
			return dcb_error_oom(err);
		r = dcb_dir_create(path, 0755, err);
		if (r < 0)
			return r;
	}
	config = dcb_format(config_text, apt->folder, dcb_arch_debian(apt->arch), sandbox());
	if (!config)
		return dcb_error_oom(err);
	return dcb_file_write(apt->config, config, strlen(config), 0644, err);
}

int dcb_apt_new(const char *folder, enum dcb_arch arch, const char *mirror, bool offline,
		const struct dcb_sink *sink, struct dcb_apt **ret_apt, struct dcb_error *err)
{
	_cleanup_(dcb_apt_freep) struct dcb_apt *apt = calloc(1, sizeof(*apt));
	_cleanup_free_ char *absolute = NULL;
	int r;

	if (!apt)
		return dcb_error_oom(err);
	if (arch == DCB_ARCH_NONE)
		return dcb_error_usage(err,
				       "packages need an architecture; there is none asked for");
	r = dcb_dir_create(folder, 0755, err);
	if (r < 0)
		return r;
	absolute = realpath(folder, NULL);
	if (!absolute)
		return dcb_error_sys(err, errno, "%s", folder);
	/* apt.conf(5) knows no escape for these. */
	if (strpbrk(absolute, "\"\n"))
		return dcb_error_usage(err, "%s: apt cannot use a folder of such a name", absolute);
	apt->folder = dcb_format("%s/%s", absolute, dcb_arch_debian(arch));
	apt->config = dcb_format("%s/%s/apt.conf", absolute, dcb_arch_debian(arch));
	apt->sources = dcb_format("%s/%s/sources.list", absolute, dcb_arch_debian(arch));
	apt->mirror = mirror ? strdup(mirror) : NULL;
	if (!apt->folder || !apt->config || !apt->sources || (mirror && !apt->mirror))
		return dcb_error_oom(err);
	apt->arch = arch;
	apt->offline = offline;
	apt->sink = sink;
	r = prepare_folder(apt, err);
	if (r < 0)
		return r;
	*ret_apt = TAKE_PTR(apt);
	return 0;
}

void dcb_apt_free(struct dcb_apt *apt)
{
	if (!apt)
		return;
	free(apt->folder);
	free(apt->config);
	free(apt->sources);
	free(apt->mirror);
	dcb_apt_mirror_deinit(&apt->found);
	free(apt);
}

int dcb_apt_absent(const char *program, struct dcb_error *err)
{
	return dcb_error_set(err, ENOENT,
			     "%s is not on this host: Debian's packages are fetched with apt",
			     program);
}

int dcb_apt_run(struct dcb_apt *apt, const char *folder, char *const *argv, int timeout_ms,
		struct dcb_output *ret_output, struct dcb_error *err)
{
	const char *before[] = {"env", "-C",       folder ?: apt->folder, "LC_ALL=C", argv[0],
				"-c",  apt->config};
	struct dcb_spawn spawn = DCB_SPAWN_NULL;
	_cleanup_free_ const char **all = NULL;
	_cleanup_free_ char *program = NULL;
	size_t n = 1;

	if (dcb_program_find(argv[0], &program) < 0)
		return dcb_apt_absent(argv[0], err);
	while (argv[n])
		n++;
	all = calloc(ARRAY_SIZE(before) + n, sizeof(*all));
	if (!all)
		return dcb_error_oom(err);
	memcpy(all, before, sizeof(before));
	memcpy(all + ARRAY_SIZE(before), argv + 1, (n - 1) * sizeof(*all));
	spawn.argv = (char *const *)all;
	return dcb_process_run(&spawn, timeout_ms, ret_output, err);
}

int dcb_apt_fail(const struct dcb_output *output, const char *doing, struct dcb_error *err)
{
	static const char *const marks[] = {"GPG error: ", "E: "};

	for (size_t i = 0; i < ARRAY_SIZE(marks); i++) {
		const char *at = strstr(output->err, marks[i]);

		if (!at)
			continue;
		if (i > 0)
			at += strlen(marks[i]);
		return dcb_error_set(err, EIO, "%s: %.*s", doing, (int)strcspn(at, "\n"), at);
	}
	return dcb_error_set(err, EIO, "%s: apt failed with exit code %d", doing,
			     output->exit.code);
}

int dcb_apt_lock(struct dcb_apt *apt, int *ret_fd, struct dcb_error *err)
{
	_cleanup_free_ char *path = dcb_format("%s/lock", apt->folder);

	return path ? dcb_lock(path, ret_fd, err) : dcb_error_oom(err);
}

static int check(const char *path, const struct dcb_apt_package *package, struct dcb_error *err)
{
	char sha256[DCB_SHA256_HEX];
	int r;

	r = dcb_file_sha256(path, sha256, err);
	if (r < 0)
		return r;
	if (strcasecmp(sha256, package->sha256) != 0)
		return dcb_error_set(err, EBADMSG, "%s %s: sha256 is %s, the archive says %s",
				     package->name, package->version, sha256, package->sha256);
	return 0;
}

/* The one .deb in the folder. */
static int find_deb(const char *folder, char **ret_name, struct dcb_error *err)
{
	_cleanup_(closedirp) DIR *dir = opendir(folder);
	struct dirent *entry;

	if (!dir)
		return dcb_error_sys(err, errno, "%s", folder);
	while ((entry = readdir(dir))) {
		size_t n = strlen(entry->d_name);

		if (n > 4 && strcmp(entry->d_name + n - 4, ".deb") == 0) {
			*ret_name = strdup(entry->d_name);
			return *ret_name ? 0 : dcb_error_oom(err);
		}
	}
	return dcb_error_set(err, ENOENT, "apt-get left no package");
}

/* A fresh folder, so that what is found in it afterwards is what apt has put there. */
static int download_locked(struct dcb_apt *apt, const struct dcb_apt_package *package,
			   const char *into, char **ret_path, struct dcb_error *err)
{
	_cleanup_(dcb_output_deinit) struct dcb_output output = DCB_OUTPUT_NULL;
	_cleanup_(dcb_dir_removep) char *folder = NULL;
	_cleanup_free_ char *wish = dcb_format("%s=%s", package->name, package->version);
	_cleanup_free_ char *name = NULL, *from = NULL, *to = NULL;
	const char *argv[] = {"apt-get", "-q", "download", wish, NULL};
	int r;

	if (!wish)
		return dcb_error_oom(err);
	r = dcb_dir_temporary(into, "download-", &folder, err);
	if (r < 0)
		return r;
	r = dcb_apt_run(apt, folder, (char *const *)argv, DOWNLOAD_TIMEOUT_MS, &output, err);
	if (r < 0)
		return r;
	if (output.exit.code != 0)
		return dcb_apt_fail(&output, package->name, err);
	r = find_deb(folder, &name, err);
	if (r < 0)
		return r;
	from = dcb_format("%s/%s", folder, name);
	to = dcb_format("%s/%s", into, name);
	if (!from || !to)
		return dcb_error_oom(err);
	r = check(from, package, err);
	if (r < 0)
		return r;
	if (rename(from, to) < 0)
		return dcb_error_sys(err, errno, "%s", to);
	*ret_path = TAKE_PTR(to);
	return 0;
}

int dcb_apt_download(struct dcb_apt *apt, const struct dcb_apt_package *package, const char *into,
		     char **ret_path, struct dcb_error *err)
{
	_cleanup_close_ int held = -1;
	int r;

	if (apt->offline)
		return dcb_error_set(err, ENETDOWN,
				     "%s is not here and the network is not to be used (offline)",
				     package->name);
	r = dcb_apt_lock(apt, &held, err);
	if (r < 0)
		return r;
	dcb_sink_say(apt->sink, "fetching %s %s (%.1f MB)", package->name, package->version,
		     (double)package->bytes / 1e6);
	return download_locked(apt, package, into, ret_path, err);
}
