// What the desk of the embedded server does beyond Label Studio's own: a key sorts a quote into a statement and goes on
// to the next. The result is Label Studio's own: texts of a region, which hold the key of a statement's first quote.
// Elsewhere, and where a member of the store is gone, these texts are typed.
(() => {
  // Without N (a new statement), U (undo), M (what is next), and of an adjudicator G (the gist).
  const KEYS = "123456789abcdefhijklopqrstvwxyz";
  const FIELDS = ["statement", "partly", "contradicts"];
  const { annotation: complete, data, element, isField, keepSaving, renew, values } = window.HedgerowStudio;

  const annotation = () => {
    const work = complete();
    const takesTexts = (name) => typeof work.names.get(name)?.updateFromResult === "function";
    return work && FIELDS.every(takesTexts) && data().quotes ? work : undefined;
  };
  const quotes = () => data().quotes;
  const regions = (work) => work.regionStore.regions.filter((region) => quotes()[region.cleanId]);
  const isOpen = (region) => !values(region, "statement").length && !values(region, "partly").length;
  // An adjudicator has disputes to decide, each by a rule, and writes a gist at the first quote of each statement.
  const disputes = () => data().disputes;
  const wantsRule = (region) => disputes()?.[region.cleanId] && !values(region, "rule").length;
  const wantsGist = (work, region) => {
    if (!disputes()) return false;
    const members = statements(work).get(values(region, "statement")[0]) ?? [];
    return members[0] === region.cleanId && !withGist(work, members);
  };
  const withGist = (work, members) =>
    regions(work).find((region) => members.includes(region.cleanId) && values(region, "gist").length);
  const isWaiting = (work, region) => isOpen(region) || wantsRule(region) || wantsGist(work, region);
  const kind = (id) => quotes()[id].kind;

  // Each statement by the key that names it, with the keys of all that tell it.
  const statements = (work) => {
    const known = new Map();
    for (const region of regions(work)) {
      for (const name of values(region, "statement")) known.set(name, [...(known.get(name) ?? []), region.cleanId]);
    }
    return known;
  };

  // The statements that a quote may tell, the likeliest first; its own, if nothing else tells it, is left out.
  const ranked = (work, region) => {
    const id = region.cleanId;
    const scores = new Map(data().near[id] ?? []);
    return [...statements(work)]
      .filter(([name, members]) => kind(members[0]) === kind(id) && members.some((member) => member !== id))
      .map(([name, members]) => ({ name, members, score: Math.max(0, ...members.map((member) => scores.get(member) ?? 0)) }))
      .sort((first, second) => second.score - first.score)
      .slice(0, KEYS.length);
  };

  const put = (work, region, name, texts) => {
    const control = work.names.get(name);
    control.updateFromResult(texts);
    control.onChange();
  };
  const toggle = (work, region, name, text) => {
    const before = values(region, name);
    put(work, region, name, before.includes(text) ? before.filter((value) => value !== text) : [...before, text]);
  };

  const select = (work, region) => region && window.HedgerowStudio.select(work, region);
  const step = (work, by, wanted) => {
    const all = regions(work);
    const at = all.indexOf(work.highlightedNode);
    for (let further = 1; further <= all.length; further++) {
      const region = all[(((at + by * further) % all.length) + all.length) % all.length];
      if (wanted(region)) return select(work, region);
    }
  };

  // One key is one step back: of two changes, the second takes the place of the first in the history.
  const without = (work, region, name, text) => {
    if (!values(region, name).includes(text)) return;
    put(work, region, name, values(region, name).filter((value) => value !== text));
    work.history.setReplaceNextUndoState(true);
  };

  const sort = (work, name, { partly, contradicts }) => {
    const here = work.highlightedNode;
    if (contradicts) {
      if (!values(here, "statement").includes(name)) toggle(work, here, "contradicts", name);
    } else if (partly) {
      without(work, here, "statement", name);
      toggle(work, here, "partly", name);
    } else {
      without(work, here, "partly", name);
      put(work, here, "statement", [name]);
      step(work, 1, isOpen);
    }
  };

  // Goes to what was undone. Label Studio saves a draft of what is done, and not of what is undone.
  const undo = (work) => {
    const before = new Map(regions(work).map((region) => [region.cleanId, sorted(region)]));
    work.undo();
    select(work, regions(work).find((region) => before.get(region.cleanId) !== sorted(region)));
    work.autosave?.();
  };
  const sorted = (region) => JSON.stringify([...FIELDS, "gist", "rule"].map((name) => values(region, name)));

  // The gist stands at the first quote of the statement, or where it was written.
  const writeGist = (work, here) => {
    const members = statements(work).get(values(here, "statement")[0]);
    if (!members) return;
    select(work, withGist(work, members) ?? regions(work).find((region) => region.cleanId === members[0]));
    setTimeout(() => document.querySelector(".desk-page .decision form input, .desk-page .decision form textarea")?.focus());
  };

  const onKey = (event) => {
    const work = annotation();
    if (work?.submissionStarted) keepSaving();
    if (!work || event.ctrlKey || event.metaKey) return;
    if (isField(event.target)) return event.key === "Escape" ? event.target.blur() : undefined;
    if (act(work, event)) {
      event.preventDefault();
      event.stopImmediatePropagation();
      draw();
    }
  };

  // Returns whether the key is the desk's: the labelling page's own keys have no meaning here.
  const act = (work, event) => {
    const here = work.highlightedNode;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const begins = !here && regions(work).some(isOpen);
      step(work, event.key === "ArrowDown" ? 1 : -1, begins ? isOpen : () => true);
      return true;
    }
    const letter = /^(Key|Digit|Numpad)(.)$/.exec(event.code)?.[2].toLowerCase();
    if (event.key === "Backspace" || event.key === "Delete") return true;
    if (!letter || work.isReadOnly?.()) return false;
    if (letter === "u") undo(work);
    else if (letter === "m") step(work, 1, (region) => isWaiting(work, region));
    else if (!here) return true;
    else if (letter === "g" && disputes()) writeGist(work, here);
    else if (letter === "n") sort(work, here.cleanId, {});
    else {
      const chosen = ranked(work, here)[KEYS.indexOf(letter)];
      if (chosen) sort(work, chosen.name, { partly: event.shiftKey, contradicts: event.altKey });
    }
    return true;
  };

  // The column: how much is open, what is selected, and the statements so far, each with its key.
  const row = (key, text, ids, className, onClick) => {
    const button = element("button", `desk-row ${className}`, element("b", "", key.toUpperCase()), element("span", "", text, ids));
    button.type = "button";
    button.addEventListener("click", onClick);
    return button;
  };
  const shorten = (text) => (text.length > 160 ? `${text.slice(0, 159)}…` : text);

  const rows = (work, here) => {
    const own = values(here, "statement");
    const lone = own[0] === here.cleanId && !ranked(work, here).some(({ name }) => name === own[0]);
    const choose = (name) => (event) => {
      if (work.submissionStarted) keepSaving();
      sort(work, name, { partly: event.shiftKey, contradicts: event.altKey });
      draw();
    };
    const tags = (name) => [
      values(here, "partly").includes(name) ? " partly" : "",
      values(here, "contradicts").includes(name) ? " contradicts" : "",
    ];
    const listed = ranked(work, here).map(({ name, members }, at) => {
      const { who, words } = quotes()[members[0]];
      const text = element("span", "", `${who}: ${shorten(words)}`, element("span", "tag", ...tags(name)));
      const ids = element("span", "ids", members.join(" "));
      return row(KEYS[at], text, ids, own.includes(name) ? "own" : "", choose(name));
    });
    const fresh = row("n", "a statement of its own", "", lone ? "own" : "", choose(here.cleanId));
    return [fresh, ...listed];
  };

  const draw = () => {
    const work = annotation();
    const desk = document.querySelector(".desk-page .desk");
    if (!work) return desk?.replaceChildren();
    if (!desk) return;
    const all = regions(work);
    for (const region of all) {
      for (const span of region._spans ?? []) {
        span.classList.toggle("hedgerow-sorted", !isOpen(region));
        span.classList.toggle("hedgerow-disputed", Boolean(wantsRule(region)));
      }
    }
    const here = quotes()[work.highlightedNode?.cleanId] ? work.highlightedNode : undefined;
    renew(desk, work, JSON.stringify([here?.cleanId, all.map(sorted)]), () => [head(work, all), ...selected(work, here)]);
  };

  const head = (work, all) => {
    const open = all.filter(isOpen).length;
    const waiting = disputes() ? all.filter((region) => isWaiting(work, region)).length : open;
    const ended = waiting ? `All ${all.length} are sorted · ${waiting} want a rule or a gist` : `All ${all.length} are sorted: Ctrl+Enter submits`;
    return element("div", "desk-head", open ? `${open} of ${all.length} open` : ended);
  };
  const selected = (work, here) => {
    if (!here) return [element("div", "desk-now", "↓ begins with the first that is open")];
    const { who, words } = quotes()[here.cleanId];
    const dispute = disputes()?.[here.cleanId];
    return [
      element("div", "desk-now", `${here.cleanId} ${who}: ${words}`),
      ...(dispute ? [element("div", "desk-dispute", dispute)] : []),
      ...rows(work, here),
    ];
  };

  window.addEventListener("keydown", onKey, true);
  setInterval(draw, 200);
})();
