// SPDX-License-Identifier: GPL-2.0-only
// Lines of progress as they come; where a state changes, the parts of the page that show it, fetched
// anew from the server and put in place of the old ones. Without this file the page is the same,
// only older.
"use strict";

(() => {
	const SOON_MS = 300, LATER_MS = 5000, LINES_MAX = 1000;
	let timer = 0, due = 0;

	// A link that has the focus keeps it.
	function replace(old, fresh) {
		if (old.innerHTML === fresh.innerHTML)
			return;
		const focused = old.contains(document.activeElement) &&
			document.activeElement.getAttribute("href");
		old.replaceWith(document.adoptNode(fresh));
		if (!focused)
			return;
		for (const link of fresh.querySelectorAll("a[href]"))
			if (link.getAttribute("href") === focused)
				return link.focus();
	}

	async function refresh() {
		timer = 0;
		try {
			const answer = await fetch(location.href);
			if (!answer.ok)
				return;
			const page = new DOMParser().parseFromString(await answer.text(), "text/html");
			for (const old of document.querySelectorAll("[data-live]")) {
				const fresh = page.getElementById(old.id);
				if (fresh)
					replace(old, fresh);
			}
			if (document.querySelector("[data-soon]"))
				schedule(SOON_MS);
		} catch {
			// The daemon is away: the events say when it is back.
		}
	}

	function schedule(ms) {
		if (timer && due <= Date.now() + ms)
			return;
		clearTimeout(timer);
		due = Date.now() + ms;
		timer = setTimeout(refresh, ms);
	}

	// Stays at the end unless somebody has scrolled up.
	function append(list, line) {
		const atEnd = list.scrollTop + list.clientHeight >= list.scrollHeight - 4;
		list.append(line + "\n");
		while (list.childNodes.length > LINES_MAX)
			list.firstChild.remove();
		if (atEnd)
			list.scrollTop = list.scrollHeight;
	}

	function onProgress(event) {
		const list = document.querySelector("[data-lines]");
		// A job tells of its start by its first line.
		let known = document.querySelector(".state.busy");
		if (list) {
			append(list, event.data);
		} else {
			const { job, line } = JSON.parse(event.data);
			const place = document.querySelector(`[data-job="${Number(job)}"]`);
			if (place)
				place.textContent = line;
			known = place;
		}
		schedule(known ? LATER_MS : SOON_MS);
	}

	const events = new EventSource(document.body.dataset.events);
	let broken = false;
	events.addEventListener("progress", onProgress);
	events.addEventListener("state", () => schedule(SOON_MS));
	events.addEventListener("error", () => { broken = true; });
	events.addEventListener("open", () => {
		if (broken)
			schedule(SOON_MS);
		broken = false;
	});
	const list = document.querySelector("[data-lines]");
	if (list)
		list.scrollTop = list.scrollHeight;
	if (document.querySelector("[data-soon]"))
		schedule(SOON_MS);
})();
