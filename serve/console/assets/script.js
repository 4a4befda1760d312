// What the console adds to pages that are complete without it: they follow the casebook,
// filters work while one types, commands can be copied, and keys go where the mouse goes.
"use strict";

const main = document.getElementById("main");
const live = document.querySelector(".live");
const pause = 250; // milliseconds: from the last key to the filter, and between refreshes at least

// News, spoken by screen readers when they have a moment.
const spoken = make("p", { className: "unseen", role: "status" });
document.body.append(spoken);

function make(name, properties, ...content) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...content);
  return made;
}

function tell(text) {
  spoken.textContent = "";
  setTimeout(() => { spoken.textContent = text; }, 50); // the same words twice are news twice
}

// ---- Refresh: the page is asked for again and laid over the one that is shown, node by node.
// What did not change stays the very same node, and with it focus, scroll positions, open
// details, and what is typed.

let asking = null; // the request under way
let stale = false; // something changed since the page was asked for
let typed = 0; // when a field of the page was last changed
let ahead = lead(main); // how far the server's clock is ahead of this one

function lead(page) { return Date.parse(page.dataset.now) - Date.now() || 0; }

// busy: a person is selecting text, or typing. The refresh waits.
function busy() {
  const selected = getSelection();
  return !selected.isCollapsed && selected.rangeCount > 0 && selected.containsNode(main, true) || Date.now() - typed < 4 * pause;
}

async function refresh(quietly) {
  if (document.hidden || busy() || asking && !quietly) {
    stale = true;
    return;
  }
  asking?.abort();
  const mine = asking = new AbortController();
  stale = false;
  try {
    const answer = await fetch(location.href, { signal: mine.signal, headers: { Accept: "text/html" } });
    if (!answer.headers.get("Content-Type")?.startsWith("text/html")) throw new Error("no page: " + answer.status);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (mine === asking) show(page, quietly);
  } catch (problem) {
    if (problem.name !== "AbortError") setTimeout(() => { stale = true; }, 5000);
  }
  if (mine !== asking) return;
  asking = null;
  if (stale) setTimeout(refresh, pause / 2);
}

function show(page, quietly) {
  const place = where(), changed = new Set();
  enliven(page);
  document.title = page.title;
  lay(main, page.getElementById("main"), changed);
  ahead = lead(main);
  lay(document.querySelector(".standing"), page.querySelector(".standing"), new Set());
  comeBack(place);
  if (quietly) return;
  for (const part of changed) mark(part);
  if (changed.size) tell(`Updated: ${changed.size} ${changed.size === 1 ? "change" : "changes"}`);
}

function mark(part) {
  part.dataset.changed = "";
  setTimeout(() => delete part.dataset.changed, 4000);
}

// parts are what is marked when something in it changes.
const parts = ".row, .timeline > li, .facts > div, .lead, .notice, .chart";

// name tells children apart that may change places: rows by what they link to.
function name(node) {
  if (node.nodeType !== Node.ELEMENT_NODE) return node.nodeName;
  if (node.id) return "#" + node.id;
  if (node.matches(".row")) return "row " + (node.querySelector("a")?.getAttribute("href") ?? node.cells[0]?.textContent);
  if (node.matches(".timeline > li")) return "event " + said(node);
  return node.nodeName;
}

// said is the text of a part without what only the clock changes.
function said(node) {
  const copy = node.cloneNode(true);
  copy.querySelectorAll(".ago, button").forEach((n) => n.remove());
  return copy.textContent.replace(/\s+/g, " ").trim();
}

// within reports whether a part is already told of by one around it.
function within(part, changed) {
  const around = part.parentElement?.closest(parts);
  return Boolean(around) && (changed.has(around) || within(around, changed));
}

// own are attributes that the shown page has of its own: what a person opened, what is marked.
const own = ["open", "data-changed"];

// lay makes the old node like the new one, and collects the parts that say something else now.
function lay(old, fresh, changed) {
  if (old.matches(parts) && !within(old, changed) && said(old) !== said(fresh)) changed.add(old);
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !own.includes(name)) old.removeAttribute(name);
  }
  layChildren(old, fresh, changed);
}

function layChildren(old, fresh, changed) {
  const had = new Map();
  for (const node of old.childNodes) {
    const n = name(node);
    had.has(n) ? had.get(n).push(node) : had.set(n, [node]);
  }
  let next = old.firstChild;
  for (const node of [...fresh.childNodes]) {
    let kept = had.get(name(node))?.shift();
    if (kept?.nodeType === Node.ELEMENT_NODE) lay(kept, node, changed);
    else if (kept && kept.data !== node.data) kept.data = node.data;
    if (!kept) {
      kept = document.importNode(node, true);
      old.insertBefore(kept, next);
      for (const part of [kept, ...kept.querySelectorAll?.(parts) ?? []]) {
        if (part.matches?.(parts) && !within(part, changed)) changed.add(part);
      }
    } else if (kept === next) next = next.nextSibling;
    else old.insertBefore(kept, next);
  }
  had.forEach((left) => left.forEach((node) => node.remove()));
}

// where is the element that has the focus, and the row it stands in.
function where() {
  const at = document.activeElement;
  return { at, row: rows().findIndex((row) => row.contains(at)), left: scrollX, top: scrollY };
}

// comeBack gives the focus back that moving or removing its element took away.
function comeBack({ at, row, left, top }) {
  if (at !== document.activeElement && at !== document.body) {
    const all = rows();
    const to = at.isConnected ? at : all.length && row >= 0 ? first(all[Math.min(row, all.length - 1)]) : main;
    to?.focus({ preventScroll: true });
  }
  if (scrollX !== left || scrollY !== top) scrollTo({ left, top, behavior: "instant" });
}

// ---- News of changes come over one connection. A hidden page has none: browsers allow a
// host few of them, and nobody looks.

let news = null;

function listen() {
  if (document.hidden || news) return;
  news = new EventSource("/events");
  news.addEventListener("hello", (hello) => {
    const missed = live.dataset.live === "off" || hello.data !== main.dataset.state || stale;
    connected("on", "Live");
    if (missed) refresh();
  });
  news.addEventListener("changed", () => refresh());
  news.onerror = () => {
    connected("off", "Connection lost, trying again");
    if (news?.readyState !== EventSource.CLOSED) return; // the browser tries by itself
    hush();
    setTimeout(listen, 5000);
  };
}

function hush() {
  news?.close();
  news = null;
}

function connected(state, words) {
  if (live.dataset.live === state) return;
  if (live.dataset.live !== "none") tell(words);
  live.dataset.live = state;
  live.textContent = words;
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return hush();
  stale = true; // what was said meanwhile was not heard
  listen();
});
addEventListener("pagehide", hush);
addEventListener("pageshow", (event) => { if (event.persisted) { stale = true; listen(); } });
setInterval(() => { if (stale) refresh(); }, pause);

// A figure that is still being counted is asked for again.
setInterval(() => { if (main.querySelector("[data-pending]")) refresh(true); }, 1000);

// ---- Times: "3 hours ago" grows old by itself, in the words of the server.

const units = [["year", 360 * 86400], ["month", 30 * 86400], ["week", 7 * 86400], ["day", 86400], ["hour", 3600], ["minute", 60], ["second", 1]];

function ago(then) {
  const seconds = Math.floor((Date.now() + ahead - then) / 1000);
  const [unit, size] = units.find(([, size]) => Math.abs(seconds) >= size) ?? [];
  if (!unit) return "now";
  const count = Math.floor(Math.abs(seconds) / size);
  return `${count} ${unit}${count === 1 ? "" : "s"} ${seconds < 0 ? "from now" : "ago"}`;
}

setInterval(() => {
  if (document.hidden || busy()) return;
  for (const time of document.querySelectorAll("time.when")) {
    const words = time.querySelector(".ago");
    if (words) words.textContent = ago(Date.parse(time.dateTime));
  }
}, 60000);

// ---- Filters ask while one types, and the address says what is shown.

let waiting = 0;

function filter(form) {
  clearTimeout(waiting);
  const asked = new URLSearchParams();
  for (const [field, value] of new FormData(form)) if (value) asked.append(field, value);
  history.replaceState(null, "", location.pathname + (asked.size ? "?" + asked : ""));
  typed = 0;
  refresh(true).then(() => tell(found()));
}

function found() {
  const says = main.querySelector(".pager span, .empty, [data-found]");
  return says ? says.textContent.trim() : `${rows().length} rows`;
}

main.addEventListener("input", (event) => {
  typed = Date.now();
  const form = event.target.closest("form.filter");
  if (!form) return;
  clearTimeout(waiting);
  waiting = setTimeout(filter, pause, form);
});
main.addEventListener("submit", (event) => {
  if (!event.target.matches("form.filter")) return;
  event.preventDefault();
  filter(event.target);
});

// ---- Copying. Where the browser has no clipboard (plain HTTP), the text is selected instead.

async function copy(button) {
  const code = button.parentElement.querySelector("code");
  try {
    await navigator.clipboard.writeText(button.dataset.copy || code.textContent);
    button.textContent = "Copied";
    tell("Copied");
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  } catch {
    getSelection().selectAllChildren(code);
    tell("Selected, copy it with the keys of your browser");
  }
}

// ---- Keys. One letter each, so they can be turned off, and sleep while one types.

const keys = [["/", "search"], ["j", "next row"], ["k", "row before"], ["Enter, o", "open the row"], ["]", "next page"], ["[", "page before"], ["Esc", "leave a field"], ["?", "these keys"]];
const remembered = "casebook keys";

function rows() { return [...main.querySelectorAll(".row, .timeline > li")].filter(first); }
function first(row) { return row.querySelector("a[href]"); }

function step(by) {
  const all = rows(), at = all.findIndex((row) => row.contains(document.activeElement));
  const to = all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.max(0, Math.min(all.length - 1, at + by))];
  if (!to) return;
  first(to).focus({ focusVisible: true, preventScroll: true });
  to.scrollIntoView({ block: "nearest" });
}

const actions = {
  "/": () => { document.getElementById("q").focus(); document.getElementById("q").select(); },
  "?": help,
  j: () => step(1),
  k: () => step(-1),
  o: () => first(document.activeElement.closest(".row, .timeline > li") ?? main)?.click(),
  "]": () => main.querySelector('a[rel~="next"]')?.click(),
  "[": () => main.querySelector('a[rel~="prev"]')?.click(),
};

document.addEventListener("keydown", (event) => {
  const field = event.target.closest?.("input:not([type=checkbox]), textarea, select");
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (field) {
    if (event.key === "Escape") field.blur();
    return;
  }
  if (!Object.hasOwn(actions, event.key) || document.querySelector("dialog[open]") || localStorage.getItem(remembered) === "off") return;
  event.preventDefault();
  actions[event.key]();
});

let dialog = null;

function help() {
  dialog ??= dialogOfKeys();
  dialog.showModal();
}

function dialogOfKeys() {
  const use = make("input", { type: "checkbox", checked: localStorage.getItem(remembered) !== "off" });
  use.addEventListener("change", () => localStorage.setItem(remembered, use.checked ? "on" : "off"));
  const list = make("dl", {}, ...keys.map(([key, does]) => make("div", {}, make("dt", {}, ...named(key)), make("dd", {}, does))));
  const made = make("dialog", {}, make("h2", { id: "keys" }, "Keys"), list,
    make("form", { method: "dialog" }, make("label", { className: "tick" }, use, "Use these keys"), make("button", { autofocus: true }, "Close")));
  made.setAttribute("aria-labelledby", "keys");
  document.body.append(made);
  return made;
}

function named(key) { return key.split(", ").flatMap((k, i) => i ? [" or ", make("kbd", {}, k)] : [make("kbd", {}, k)]); }

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.matches("[data-copy]")) copy(button);
  if (button?.matches(".help")) help();
});

// enliven shows what only works with this script.
function enliven(page) {
  page.querySelectorAll("[data-copy], .help").forEach((button) => { button.hidden = false; });
}

enliven(document);
listen();
