// What the adjudication page of the embedded server does beyond Label Studio's own: it lays out each question with an
// annotator a column, a key takes a version, another names the rule, and the next open question follows. What a key
// does is what a hand could do: it sets decision, rule, values and links of the question's regions. Elsewhere, and
// where a member of the store is gone, the adjudicator does so.
(() => {
  const { annotation: complete, data, isField, renew } = window.HedgerowStudio;
  const { linked, required } = window.Hedgerow;
  // Rules are chosen with Shift. D, K and N have other work.
  const RULE_KEYS = "1234567890ABCEFGHIJLMOPQRSTUVWXYZ";
  const ANSWERS = ["decision", "rule", "note", "who", "label"];

  const annotation = () => {
    const work = complete();
    return work?.regions.every((region) => typeof region.addResult === "function") ? work : undefined;
  };

  const questions = () => data()?.questions;
  // A task that an earlier version opened has no cards: its questions are counted and gone to, and decided by hand.
  const page = () => data()?.cards;
  const bare = new WeakMap();
  const cards = () => {
    if (page()) return page().cards;
    const asked = questions();
    if (!bare.has(asked)) bare.set(asked, asked.map((regions) => ({ spans: [{ regions }], versions: [], rules: [] })));
    return bare.get(asked);
  };

  // Regions, and what is said of them

  const result = (region, control) => region.results.find((item) => item.from_name.name === control);
  const value = (region, control) => result(region, control)?.mainValue?.[0];
  const labelOf = (region) => value(region, "label")?.replace(" ?", "");
  const named = (region) => `“${region.text.replace(/\s+/g, " ").slice(0, 40)}”`;
  const byId = (work) => new Map(work.regions.map((region) => [region.cleanId, region]));
  const idsOf = (card) => card.spans.flatMap((span) => span.regions);
  const cardOf = (region) => region && cards().find((card) => idsOf(card).includes(region.cleanId));

  // A span has what its label requires. The controls here are those of an attribute of which one is enough; the source of
  // a quote needs none, for one that is not unnamed is linked.
  const CONTROLS = { speaker_entities: ["speaker_entities", "speaker_other"], quote_source: [] };
  const isFilled = (region, controls) => !controls.length || controls.some((name) => value(region, name));
  const isWhole = (region) =>
    (required[labelOf(region)] ?? []).every((name) => isFilled(region, CONTROLS[name] ?? [name]));

  // The ends of a link in the scheme's direction, whichever way it was drawn; nothing where the scheme knows none.
  const directed = ({ node1, node2 }) => {
    const ways = [[node1, node2], [node2, node1]].filter(([from, to]) => linked[labelOf(from)]?.includes(labelOf(to)));
    return ways.length === 2 && ways[0][0].globalOffsets.start < ways[1][0].globalOffsets.start ? ways[1] : ways[0];
  };
  const links = (work) => work.relationStore.relations.filter(({ node1, node2 }) => node1 && node2);

  // What is open: as annotation/adjudication/decisions.py has it

  // A region is gold if its question says so, or nobody asked about it; a link to one that is not goes to its heir.
  const survey = (work) => {
    const regions = byId(work);
    const items = itemsById();
    const places = work.regions.map((region) => placeOf(region, items));
    const standing = places.filter(({ region, ids }) => {
      const decision = value(region, "decision");
      return ids ? decision === "keep" : decision !== "drop";
    });
    const gold = new Set(standing.map(({ region }) => region));
    const stands = (region) => gold.has(region);
    const kept = (ids) => ids.map((id) => regions.get(id)).find((region) => region && stands(region));
    const heir = (region) => (stands(region) ? region : kept(items.get(region.cleanId) ?? []));
    return { work, regions, items, stands, kept, heir, pairs: clashes(standing) };
  };

  const itemsById = () => new Map(questions().flatMap((ids) => ids.map((id) => [id, ids])));
  const placeOf = (region, items) => {
    const { start, end } = region.globalOffsets;
    return { region, ids: items.get(region.cleanId), label: labelOf(region), start, end };
  };
  const exclude = (first, second) =>
    (first.ids && first.ids === second.ids) ||
    (first.label === second.label && first.start < second.end && second.start < first.end);
  const clashes = (places) =>
    places.flatMap((place, at) =>
      places.slice(at + 1).filter((later) => exclude(place, later)).map((later) => [place.region, later.region]));

  // A span's question is decided once one version is kept, and lacks nothing, or all are dropped, by a rule. What was
  // deleted is dropped; where nothing is left, no rule can be named.
  const isDecided = (ids, { regions, pairs }) => {
    const there = ids.map((id) => regions.get(id)).filter(Boolean);
    if (there.some((region) => pairs.flat().includes(region))) return false;
    const decisions = there.map((region) => value(region, "decision"));
    const whole = there.every((region, at) => decisions[at] !== "keep" || isWhole(region));
    const ruled = there.some((region) => value(region, "rule"));
    return ruled && whole && (decisions.includes("keep") || decisions.every((decision) => decision === "drop"));
  };
  const stateOf = (card, surveyed) => {
    if (!card.spans.every((span) => isDecided(span.regions, surveyed))) return "open";
    return card.spans.some((span) => surveyed.kept(span.regions)) ? "kept" : "dropped";
  };

  // What no question is about, and keeps the article from being gold: each with a region to go to.
  const problems = (surveyed) => [
    ...surveyed.pairs.map(([first, second]) => [first, `${named(first)} and ${named(second)} exclude each other: drop one`]),
    ...outdated(surveyed),
    ...added(surveyed),
    ...(page()?.agreed ?? []).flatMap((span) => changed(span, surveyed)),
    ...meaningless(surveyed),
  ];

  // A page that was open while it was brought to other work saves what it shows; then a question is one about old work.
  const outdated = ({ work }) =>
    work.regions
      .filter((region) => isOutdated(region))
      .map((region) => [region, `${named(region)} was labelled again: whoever runs the round opens it once more`]);
  const isOutdated = (region) => {
    const stamps = data()?.stamps;
    const [id, stamp] = String(stampOf(region) ?? "").split(/ (?=\S*$)/);
    return Boolean(stamps && stamp && id === region.cleanId && stamps[id] !== stamp);
  };
  const stampOf = (region) => [region, ...region.results].map(({ meta }) => meta?.asked).find(Boolean);

  const added = ({ work, items, stands }) => {
    const agreed = new Set((page()?.agreed ?? []).map((span) => span.region));
    return work.regions
      .filter((region) => page() && !items.has(region.cleanId) && !agreed.has(region.cleanId) && stands(region))
      .filter((region) => !value(region, "rule") || !isWhole(region))
      .map((region) => [region, `${named(region)} was added: ${value(region, "rule") ? "it lacks a value" : "name the rule"}`]);
  };

  const changed = (span, surveyed) => {
    const region = surveyed.regions.get(span.region);
    if (!region) return [[undefined, "What all agreed on was deleted: Ctrl+Z brings it back"]];
    if (value(region, "rule")) return [];
    const relinked = surveyed.stands(region) && isRelinked(region, span, surveyed);
    if (surveyed.stands(region) && isAsOpened(region, span) && !relinked) return [];
    return [[region, `All agreed on ${named(region)}: name the rule for what you changed`]];
  };
  const isAsOpened = (region, span) =>
    labelOf(region) === span.label && oneLine(region.text) === oneLine(span.words) && hasValues(region, span.values);
  // Label Studio writes a line end as a backslash and an n.
  const oneLine = (words) => words.replace(/(?:\s|\\[nr])+/g, " ").trim();
  const isRelinked = (region, span, { work, kept, heir }) => {
    const ends = links(work).map(directed).filter((way) => way?.[0] === region).map((way) => heir(way[1])).filter(Boolean);
    const perhaps = span.perhaps.map(kept);
    const lacking = span.linked.map(kept).filter((target) => target && !ends.includes(target));
    return lacking.length > 0 || ends.some((target) => !perhaps.includes(target));
  };

  const meaningless = ({ work, stands, heir }) =>
    links(work).flatMap((link) => {
      const way = directed(link) ?? [link.node1, link.node2];
      const end = heir(way[1]);
      if (!stands(way[0]) || !end || (directed(link) && way[0] !== end)) return [];
      return [[way[0], `The link from ${named(way[0])} means nothing: take it away`]];
    });

  // Answers

  const valuesOf = (item) => item?.mainValue ?? [];
  const hasValues = (region, values) =>
    region.results.every((item) => ANSWERS.includes(item.from_name.name) || !valuesOf(item).length || item.from_name.name in values) &&
    Object.entries(values).every(([name, wanted]) => isSame(valuesOf(result(region, name)), wanted));
  const isSame = (first, second) => JSON.stringify([...first].sort()) === JSON.stringify([...second].sort());

  const put = (work, region, name, values) => {
    const control = work.names.get(name);
    const item = result(region, name);
    if (item && values.length) item.setValue(values);
    else if (item) region.removeResult(item);
    else if (values.length) {
      const value = { [control.valueType]: values };
      region.addResult({ area: region, from_name: control, to_name: region.object, type: control.resultType, value });
    }
  };

  const setValues = (work, region, values) => {
    const stale = region.results.map((item) => item.from_name.name).filter((name) => !ANSWERS.includes(name) && !(name in values));
    for (const name of stale) put(work, region, name, []);
    for (const [name, wanted] of Object.entries(values)) put(work, region, name, wanted);
  };

  const linksFrom = (work, region) => links(work).filter((link) => directed(link)?.[0] === region);
  const setLinks = (work, region, targets) => {
    const drawn = linksFrom(work, region).map((link) => [link, directed(link)[1]]);
    for (const [link, end] of drawn) if (!targets.includes(end)) work.relationStore.deleteRelation(link);
    const ends = drawn.map(([, end]) => end);
    for (const target of targets) if (!ends.includes(target)) work.relationStore.addRelation(region, target);
  };
  const targetsOf = (version, region, regions) =>
    version.links.filter(([from]) => from === region.cleanId).map(([, to]) => regions.get(to)).filter(Boolean);

  // One key is one step back, and a rule that follows at once belongs to the decision before it.
  let last;
  const change = (work, card, act) => {
    if (work.isReadOnly()) return;
    work.history.freeze("hedgerow-question");
    try {
      act();
    } finally {
      work.history.unfreeze("hedgerow-question");
    }
    last = { card, step: work.history.undoIdx };
    for (const control of work.names.values()) control.needsUpdate?.();
    draw();
  };

  const take = (work, card, version) =>
    change(work, card, () => {
      const regions = byId(work);
      const items = itemsById();
      for (const { label, regions: ids } of card.spans) {
        for (const region of ids.map((id) => regions.get(id)).filter(Boolean)) {
          const values = version.kept[region.cleanId];
          put(work, region, "decision", [values ? "keep" : "drop"]);
          if (!values) continue;
          if (labelOf(region) !== label) put(work, region, "label", [`${label} ?`]);
          setValues(work, region, values);
          setLinks(work, region, targetsOf(version, region, regions));
        }
      }
      for (const id of Object.keys(version.kept)) if (regions.has(id)) dropExcluded(work, regions.get(id), items, card);
    });
  const dropExcluded = (work, region, items, card) => {
    const place = placeOf(region, items);
    for (const rival of work.regions) {
      if (rival === region || !items.has(rival.cleanId) || !exclude(place, placeOf(rival, items))) continue;
      if (!card || !idsOf(card).includes(rival.cleanId)) put(work, rival, "decision", ["drop"]);
    }
  };

  const keep = (work, card, region) =>
    change(work, card, () => {
      put(work, region, "decision", ["keep"]);
      dropExcluded(work, region, itemsById());
    });
  const drop = (work, card, regions) =>
    change(work, card, () => regions.forEach((region) => put(work, region, "decision", ["drop"])));
  const regionsOf = (work, card) => idsOf(card).map((id) => byId(work).get(id)).filter(Boolean);

  const rule = (work, here, name) => {
    const card = cardOf(here);
    const regions = card ? regionsOf(work, card) : [here];
    if (card && last?.card === card && last.step === work.history.undoIdx) work.history.setReplaceNextUndoState(true);
    change(work, card, () => regions.forEach((region) => put(work, region, "rule", [name])));
    if (card && stateOf(card, survey(work)) !== "open") next(work);
  };

  const rulesFor = (here) => cardOf(here)?.rules ?? page()?.rules[labelOf(here)] ?? [];

  // Ways through the article

  const go = (work, region) => {
    work.unselectAll();
    if (!region) return;
    work.selectArea(region);
    region._spans?.[0]?.scrollIntoView({ block: "center" });
  };
  const goToCard = (work, card) => {
    const regions = regionsOf(work, card);
    go(work, regions.find((region) => value(region, "decision") === "keep") ?? regions[0]);
  };
  const next = (work) => {
    const surveyed = survey(work);
    const all = cards();
    const at = all.indexOf(cardOf(work.highlightedNode));
    const further = [...all.slice(at + 1), ...all.slice(0, at + 1)];
    const card = further.find((candidate) => stateOf(candidate, surveyed) === "open" && regionsOf(work, candidate).length);
    if (card) goToCard(work, card);
    else go(work, problems(surveyed)[0]?.[0]);
    draw();
  };

  // Of a question about which nothing is said yet, the columns of the majority: what Enter takes. Until it does, nothing
  // of that is in the result.
  const preset = (card, work) => {
    const untouched = regionsOf(work, card).every((region) => !value(region, "decision"));
    return untouched ? (card.majority ?? []) : [];
  };
  const takePreset = (work, card) => {
    const [first] = preset(card, work);
    if (first !== undefined && !work.isReadOnly()) take(work, card, card.versions[first]);
    return first !== undefined;
  };

  const onKey = (event) => {
    const work = annotation();
    if (!work || !questions() || isField(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    // There it is a click, and no key of Label Studio's page either.
    if (event.key === "Enter" && event.target.closest?.("button, a, [role=button]")) return event.stopImmediatePropagation();
    if (!act(work, event)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };

  // Returns whether the key is one of this page. Whatever is no question has Label Studio's keys, and the rules.
  const act = (work, event) => {
    const key = /^(Key|Digit|Numpad)(\w)$/.exec(event.code)?.[2];
    const here = work.highlightedNode;
    const card = page() && cardOf(here);
    if (event.key === "Enter") return Boolean(card && !event.shiftKey && !event.repeat && takePreset(work, card));
    if (key === "N" && !event.shiftKey) next(work);
    else if (!key || !page() || !here || work.isReadOnly()) return false;
    else if (event.shiftKey && key === "D" && card) drop(work, card, [here]);
    else if (event.shiftKey) {
      const name = rulesFor(here)[RULE_KEYS.indexOf(key)];
      if (!name) return false;
      rule(work, here, name);
    } else if (!card) return false;
    else if (key === "D") drop(work, card, regionsOf(work, card));
    else if (key === "K") keep(work, card, here);
    else if (/\d/.test(key)) {
      const version = card.versions[Number(key) - 1];
      if (version) take(work, card, version);
    } else return false;
    return true;
  };

  // The column: how much is open, the question that is selected, and all questions

  const element = (tag, className, ...children) => {
    const node = Object.assign(document.createElement(tag), { className });
    node.append(...children);
    return node;
  };
  // A button that leaves the keys to the page.
  const button = (className, onClick, ...children) => {
    const node = element("button", className, ...children);
    node.type = "button";
    node.addEventListener("mousedown", (event) => event.preventDefault());
    node.addEventListener("click", onClick);
    return node;
  };
  const keycap = (key) => element("kbd", "", key);

  const isTaken = (work, card, version) => {
    const regions = byId(work);
    return regionsOf(work, card).every((region) => {
      const values = version.kept[region.cleanId];
      if (value(region, "decision") !== (values ? "keep" : "drop")) return false;
      if (!values) return true;
      const ends = linksFrom(work, region).map((link) => directed(link)[1]);
      const targets = targetsOf(version, region, regions);
      return hasValues(region, values) && ends.length === targets.length && targets.every((target) => ends.includes(target));
    });
  };

  const table = (work, card) => {
    const taken = card.versions.map((version) => isTaken(work, card, version));
    const set = preset(card, work);
    const column = (tag, at, ...children) => element(tag, taken[at] ? "taken" : set.includes(at) ? "preset" : "", ...children);
    const mark = (at) => (taken[at] ? " ✓" : set.includes(at) ? " ⏎" : "");
    const head = page().annotators.map((who, at) =>
      column("th", at, button("take", () => take(work, card, card.versions[at]), keycap(String(at + 1)), ` ${who}${mark(at)}`)));
    const row = ({ name, cells }, className) =>
      element("tr", className, element("th", "", name), ...cells.map((pieces, at) => column("td", at, ...pieces.map(piece))));
    const piece = ([words, differs]) => element(differs ? "mark" : "span", "", words);
    const rows = card.spans.flatMap((span) => span.rows.map((entry, at) => row(entry, at ? "" : "begins")));
    return element("table", "versions", element("thead", "", element("tr", "", element("th", ""), ...head)), element("tbody", "", ...rows));
  };

  const ruleList = (work, here) => {
    const chosen = value(here, "rule");
    const rows = rulesFor(here).map((name, at) =>
      button(`rule-row${name === chosen ? " chosen" : ""}`, () => rule(work, here, name),
        keycap(`⇧${RULE_KEYS[at] ?? ""}`), element("b", "", name), element("span", "", `${name === chosen ? "✓ " : ""}${page().titles[name]}`)));
    return element("div", "rule-list", element("h4", "", "Rule that decides"), ...rows);
  };

  // A line that stays where it is, so that nothing below it moves while one clicks.
  const majority = (work, card) => {
    const columns = card.majority ?? [];
    if (!columns.length) return [];
    const of = `${columns.length} of ${card.versions.length}`;
    const who = columns.map((at) => page().annotators[at]).join(", ");
    const isPreset = preset(card, work).length > 0;
    const take = isPreset ? [button("act", () => takePreset(work, card), keycap("⏎"), " take"), ` majority preset: ${of}`] : [`majority: ${of}`];
    return [element("p", isPreset ? "majority open" : "majority", ...take, ` (${who})`)];
  };

  const asked = (work, here) => {
    const card = cardOf(here);
    if (!card) return [ruleList(work, here)];
    const notes = card.spans.flatMap((span) => span.reasons.filter((reason) => reason.startsWith("[")));
    return [
      table(work, card),
      ...majority(work, card),
      ...notes.map((note) => element("p", "fault", note)),
      element("div", "acts",
        button("act", () => drop(work, card, regionsOf(work, card)), keycap("D"), " drop all"),
        button("act", () => keep(work, card, here), keycap("K"), ` keep ${named(here)} as it stands`)),
      ruleList(work, here),
    ];
  };

  const SIGNS = { open: "○", kept: "✓", dropped: "✗" };
  const list = (work, states, unsound) => {
    const about = (card) => card.spans.map(({ label, words }) => `${label}: ${words}`).join(" · ");
    const reasons = (card) => card.spans.flatMap((span) => span.reasons).join("; ");
    const rows = cards().map((card, at) =>
      button(`question-row ${states[at]}`, () => goToCard(work, card),
        element("b", "", SIGNS[states[at]]), element("span", "", about(card), element("i", "", ` · ${reasons(card)}`))));
    const rest = unsound.map(([region, line]) => button("question-row open", () => go(work, region), element("b", "", "!"), element("span", "", line)));
    const missed = page().missed.length ? [element("h4", "", "Nobody marked"), ...page().missed.map((line) => element("p", "", line))] : [];
    return element("div", "question-list", ...rest, ...rows, ...missed);
  };

  const summary = (states, unsound, surveyed) => {
    const open = states.filter((state) => state === "open").length;
    if (!open && !unsound.length) return "All is decided: submit";
    const gone = cards().some((card, at) => states[at] === "open" && !regionsOf(surveyed.work, card).length);
    const way = gone ? "Ctrl+Z: bring back what was deleted" : "N: next";
    return `${open} of ${states.length} ${states.length === 1 ? "question" : "questions"} open · ${unsound[0]?.[1] ?? way}`;
  };

  // The first open question is selected when the article opens, and what Ctrl+Z opened again is gone to. Label Studio
  // saves a draft of what is done, and not of what is undone.
  const met = new WeakMap();
  const follow = (work, states) => {
    const before = met.get(work);
    met.set(work, { states, step: work.history.undoIdx });
    if (!page() || work.isReadOnly()) return;
    if (!before) return work.highlightedNode || !states.includes("open") ? undefined : next(work);
    if (work.history.undoIdx >= before.step) return;
    work.autosave?.();
    const again = states.findIndex((state, at) => state === "open" && before.states[at] !== "open");
    if (again >= 0) goToCard(work, cards()[again]);
  };

  const draw = () => {
    const work = annotation();
    const root = document.documentElement;
    root.toggleAttribute("data-hedgerow-questions", Boolean(work && page()));
    if (!work || !questions()) return clear();
    if (!work.objects?.every((shown) => shown.isReady)) return;
    const surveyed = survey(work);
    const states = cards().map((card) => stateOf(card, surveyed));
    const unsound = problems(surveyed);
    for (const [at, card] of cards().entries()) mark(work, card, states[at]);
    root.style.setProperty("--hedgerow-open", JSON.stringify(summary(states, unsound, surveyed)));
    follow(work, states);
    if (page()) show(work, states, unsound);
  };

  // Nothing of this page's own stays where it does nothing.
  const clear = () => {
    document.documentElement.style.removeProperty("--hedgerow-open");
    document.querySelector(".page .open-questions")?.replaceChildren();
  };

  const mark = (work, card, state) => {
    for (const region of regionsOf(work, card)) {
      const look = state === "open" ? "open" : value(region, "decision") === "keep" ? "kept" : "dropped";
      for (const span of region._spans ?? []) {
        for (const name of ["kept", "dropped"]) span.classList.toggle(`hedgerow-${name}`, look === name);
      }
    }
  };

  const show = (work, states, unsound) => {
    const column = document.querySelector(".page .open-questions");
    if (!column) return;
    const here = work.highlightedNode;
    const card = cardOf(here);
    const answers = card && [regionsOf(work, card).map((region) => [value(region, "decision"), value(region, "rule")]), card.versions.map((version) => isTaken(work, card, version))];
    const state = JSON.stringify([here?.cleanId, here && value(here, "rule"), states, unsound.map(([, line]) => line), answers]);
    renew(column, work, state, () => [...(here ? asked(work, here) : []), list(work, states, unsound)]);
  };

  window.addEventListener("keydown", onKey, true);
  setInterval(draw, 300);
})();
