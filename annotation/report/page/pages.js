"use strict";
// Of a report of many events the address says which one is laid out; the others wait as text. A short report is whole.
(() => {
  const view = document.getElementById("part");
  if (!view) {
    if (document.getElementById("articles")) {
      startArticles();
      startStatements();
    }
    return;
  }
  const waiting = [...document.querySelectorAll("script[data-event]")];
  const overview = [...document.querySelectorAll(".overview, .top")];
  const title = document.title;
  let open = null, ending = null;

  const address = (source) => `#${new URLSearchParams({event: source.dataset.event})}`;

  function link(source, words) {
    const made = document.createElement("a");
    made.href = source ? address(source) : "#events";
    made.textContent = words;
    return made;
  }

  // The way to the other events, above the one that is open.
  function head(source) {
    const made = document.createElement("header"), name = document.createElement("h1"), ways = document.createElement("nav");
    const at = waiting.indexOf(source), before = waiting[at - 1], after = waiting[at + 1];
    made.className = "part-head width";
    name.tabIndex = -1;
    name.textContent = source.dataset.event;
    ways.setAttribute("aria-label", "Events");
    ways.append(link(null, "All events"));
    if (before) ways.append(link(before, `Before: ${before.dataset.event}`));
    if (after) ways.append(link(after, `Next: ${after.dataset.event}`));
    made.append(ways, name);
    return made;
  }

  function show(source) {
    if (source === open) return;
    ending?.abort();
    open = source;
    for (const element of overview) element.hidden = source !== null;
    view.hidden = source === null;
    document.title = source ? `${source.dataset.event} · ${title}` : title;
    if (!source) {
      view.replaceChildren();
      return;
    }
    const page = document.createElement("template");
    page.innerHTML = source.textContent;
    view.replaceChildren(head(source), page.content);
    ending = new AbortController();
    startArticles(ending.signal);
    startStatements(ending.signal, true);
  }

  // The event that an address names, or whose page has its target; undefined where that is on the page that is open.
  function asked() {
    const hash = location.hash.slice(1), kept = new URLSearchParams(hash.replace(/^statements&/, ""));
    if (kept.has("event")) return waiting.find((source) => source.dataset.event === kept.get("event")) ?? null;
    const target = hash && document.getElementById(hash);
    if (target) return view.contains(target) || !overview.some((part) => part.contains(target)) ? undefined : null;
    return waiting.find((source) => /^[\w-]+$/.test(hash) && source.textContent.includes(` id="${hash}"`)) ?? null;
  }

  function follow() {
    const before = open, wanted = asked();
    if (wanted !== undefined) show(wanted);
    if (open === before) return;
    const target = document.getElementById(location.hash.slice(1));
    if (target) target.scrollIntoView({block: target.matches(".mark") ? "center" : "start", behavior: "instant"});
    else if (open && !location.hash.startsWith("#statements")) {
      window.scrollTo({top: 0, behavior: "instant"});
      view.querySelector("h1").focus({preventScroll: true});
    }
  }

  window.addEventListener("hashchange", follow);
  follow();
})();
