-- SPDX-License-Identifier: GPL-2.0-only
-- Version 3: what is left of a boot's samples once it is over, so that lists and histories need not
-- read ten million of them.

-- One row a metric that has a value in a good boot: over all iterations >= 0 and threads, NULLs left
-- out. A failed boot has none, since its samples do not count. median: the mean of the middle two
-- where n is even. run and kernel are those of the boot, which never change: they stand here again
-- for the sake of the index.
CREATE TABLE figure (
	boot INTEGER NOT NULL REFERENCES boot ON DELETE CASCADE,
	workload INTEGER NOT NULL CHECK (workload >= 0),
	metric INTEGER NOT NULL REFERENCES metric,
	run INTEGER NOT NULL,
	kernel INTEGER NOT NULL,
	n INTEGER NOT NULL CHECK (n > 0),
	median REAL NOT NULL,
	least REAL NOT NULL CHECK (least <= median),
	greatest REAL NOT NULL CHECK (greatest >= median),
	PRIMARY KEY (boot, workload, metric)
) STRICT, WITHOUT ROWID;

-- A history reads one stretch of this and no table: the medians of a (run, kernel, workload) stand
-- together, in order of size.
CREATE INDEX figure_history ON figure (metric, run, kernel, workload, median);

-- `dcbench list` counts boots in this alone.
CREATE INDEX boot_state ON boot (run, state);

-- A group a metric of a boot, in the order of sample's key; its values are sorted by themselves, so
-- that ten million samples need no more memory than one metric's.
INSERT INTO figure (boot, workload, metric, run, kernel, n, median, least, greatest)
SELECT g.boot, g.workload, g.metric, g.run, g.kernel, g.n,
	-- The mean of the middle two, halved first: the sum of two large values may overflow.
	(SELECT CASE count(*) WHEN 1 THEN value ELSE sum(value / 2) END
	FROM (
		SELECT value, row_number() OVER (ORDER BY value) AS place FROM sample s
		WHERE s.boot = g.boot AND s.workload = g.workload AND s.metric = g.metric
			AND s.iteration >= 0 AND s.value IS NOT NULL
	)
	WHERE place IN ((g.n + 1) / 2, g.n / 2 + 1)),
	g.least, g.greatest
FROM (
	SELECT s.boot, s.workload, s.metric, b.run, b.kernel, count(*) AS n, min(s.value) AS least,
		max(s.value) AS greatest
	FROM sample s JOIN boot b ON b.id = s.boot
	WHERE b.state = 'ok' AND s.iteration >= 0 AND s.value IS NOT NULL
	GROUP BY s.boot, s.workload, s.metric
) g;

PRAGMA user_version = 3;
