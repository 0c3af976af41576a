-- SPDX-License-Identifier: GPL-2.0-only
-- What an exported copy has besides the tables: everything under its name, for sqlite3 and the like.
-- dcbench itself does not use them. A copy of a copy has them anew.

DROP VIEW IF EXISTS sample_long;
CREATE VIEW sample_long AS
SELECT r.id AS run, strftime('%Y-%m-%dT%H:%M:%SZ', r.created_us / 1000000, 'unixepoch') AS created,
	r.machine, r.arch, rk.name AS kernel, k.release, k.sha256, w.name AS workload, w.params, m.role,
	m.name AS metric, m.unit, m.better, b.block, b.seed, s.thread, s.iteration, s.value,
	s.enabled_ns, s.running_ns
FROM run r
JOIN boot b ON b.run = r.id AND b.state = 'ok'
JOIN run_kernel rk ON rk.run = r.id AND rk.idx = b.kernel
JOIN kernel k ON k.id = rk.kernel
JOIN sample s ON s.boot = b.id
JOIN run_workload w ON w.run = r.id AND w.idx = s.workload
JOIN metric m ON m.id = s.metric;

DROP VIEW IF EXISTS boot_long;
CREATE VIEW boot_long AS
SELECT r.id AS run, rk.name AS kernel, k.release, k.sha256, b.id AS boot, b.block, b.position, b.seed,
	b.state, b.reason, strftime('%Y-%m-%dT%H:%M:%SZ', b.started_us / 1000000, 'unixepoch') AS started,
	b.wall_s, b.guest_s, b.hello_guest_s, b.first_record_s, b.cpu_s, b.memory_peak_bytes, b.agent_s
FROM run r
JOIN boot b ON b.run = r.id
JOIN run_kernel rk ON rk.run = r.id AND rk.idx = b.kernel
JOIN kernel k ON k.id = rk.kernel;

DROP VIEW IF EXISTS symptom_long;
CREATE VIEW symptom_long AS
SELECT b.run, rk.name AS kernel, b.block, b.state AS boot_state, w.name AS workload, w.params, s.name,
	s.present, s.state, s.value, s.hits, s.tries, s.detail
FROM symptom s
JOIN boot b ON b.id = s.boot
JOIN run_kernel rk ON rk.run = b.run AND rk.idx = b.kernel
LEFT JOIN run_workload w ON w.run = b.run AND w.idx = s.workload; -- NULL: the console
