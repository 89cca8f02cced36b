// What a program suggests on the labelling page. A suggestion looks undecided until its annotator decides on it: Space
// keeps the selected one and goes to the next, Backspace drops it and goes on, and any change decides, too. What is still
// open when the article is submitted is left out of the record, so the first submission asks.
(() => {
  const CONTROL = "suggestion", AFTER = "decided_after", KEEP = "keep";
  const NAMES = ["speaker_entities", "speaker_other"];
  const ATTRIBUTES = ["quote_form", "quote_unnamed", "hedge_kind", "number_kind", "number_value", "number_unit"];
  const SUBMITS = ["Submit", "Update"];
  const { data, drawing, element, isField, note, onChange, plain, select, shortened, swallow } = window.HedgerowStudio;

  // The annotation on a page with suggestions.
  const annotation = () => {
    const work = window.HedgerowStudio.annotation();
    return work?.names.has(CONTROL) && data().suggestions?.regions.length ? work : undefined;
  };

  // Of the annotation on the page: the ids of the suggestions without a decision, which one has been selected since when,
  // and whether a submission has asked about them.
  let state = {};

  // A suggestion is open while it stands in the annotation as it was suggested, with its links, and was not kept.
  const openIn = (work) => {
    const results = work.serializeAnnotation({ fast: true });
    const regions = new Map();
    for (const result of results.filter(({ type }) => type !== "relation")) {
      regions.set(result.id, [...(regions.get(result.id) ?? []), result]);
    }
    const links = new Set(results.filter(({ type }) => type === "relation").map(({ from_id: from, to_id: to }) => `${from} ${to}`));
    const changed = linkedAnew(links, regions);
    const isOpen = ({ id, ...suggested }) =>
      regions.has(id) && !changed.has(id) && !isKept(regions.get(id)) && isSame(regions.get(id), suggested);
    return new Set(data().suggestions.regions.filter(isOpen).map(({ id }) => id));
  };

  // The spans from which a link was drawn, or removed although both of its ends are there.
  const linkedAnew = (links, regions) => {
    const suggested = data().suggestions.links;
    const isThere = ([from, to]) => links.has(`${from} ${to}`) || links.has(`${to} ${from}`);
    const removed = suggested.filter((ends) => !isThere(ends) && regions.has(ends[1])).map(([from]) => from);
    const known = new Set(suggested.flatMap(([from, to]) => [`${from} ${to}`, `${to} ${from}`]));
    const added = [...links].filter((key) => !known.has(key)).map((key) => beginOf(key.split(" "), regions));
    return new Set([...removed, ...added]);
  };
  // Where a link begins in the scheme's direction: at the hedge, at what a speaker says, at the later of two quotes.
  const beginOf = (ends, regions) => {
    const [first, second] = ends.map((id) => regions.get(id)?.find(({ from_name: name }) => name === "label")?.value ?? {});
    const labels = [first, second].map(({ labels: [label] = [] }) => label);
    if (labels[0] === "hedge" || labels[1] === "speaker") return ends[0];
    if (labels[1] === "hedge" || labels[0] === "speaker") return ends[1];
    return ends[first.start > second.start ? 0 : 1];
  };

  const valuesOf = (results, control) => {
    const value = results.find(({ from_name: name }) => name === control)?.value;
    return [value?.choices ?? value?.text ?? []].flat();
  };
  const isKept = (results) => valuesOf(results, CONTROL).includes(KEEP);
  const names = (listed, typed) => [...new Set([...listed, ...typed.flatMap((text) => text.split(";"))].map((name) => name.trim()).filter(Boolean))].sort();
  const isSame = (results, { label, start, end, values }) => {
    const place = results.find(({ from_name: name }) => name === "label")?.value;
    if (!place || place.labels[0] !== label || place.start !== start || place.end !== end) return false;
    const here = names(...NAMES.map((control) => valuesOf(results, control)));
    const there = names(...NAMES.map((control) => values[control] ?? []));
    const same = (first, second) => JSON.stringify(first) === JSON.stringify(second);
    return same(here, there) && ATTRIBUTES.every((control) => same(valuesOf(results, control), values[control] ?? []));
  };

  const changed = () => {
    const work = annotation();
    if (!work) return;
    if (state.work !== work) state = { work };
    state.open = openIn(work);
    draw();
  };

  const isOpen = (region) => Boolean(region) && Boolean(state.open?.has(region.cleanId));
  const inOrder = (work) =>
    [...work.regions].sort(({ globalOffsets: first }, { globalOffsets: second }) => first.start - second.start || second.end - first.end);

  // The next open suggestion behind a place in the article, from its end on from its beginning.
  const nextOpen = (work, region) => {
    const all = inOrder(work);
    const at = all.indexOf(region);
    return [...all.slice(at + 1), ...all.slice(0, at + 1)].find((each) => each !== region && isOpen(each));
  };
  const goTo = (work, region, words) => {
    work.unselectAll();
    if (region) select(work, region);
    state.selected = region;
    state.since = performance.now();
    const next = region ? `${plain(region.labelName)}: ${shortened(region.text ?? "")}` : "no suggestion is open";
    note([words, next].filter(Boolean).join("; "));
  };

  const keep = (work, region) => {
    const next = nextOpen(work, region);
    const seconds = (performance.now() - state.since) / 1000;
    work.history.freeze("hedgerow");
    try {
      for (const name of [CONTROL, AFTER]) work.names.get(name)?.needsUpdate?.();
      work.names.get(CONTROL).tiedChildren.find((choice) => choice._value === KEEP)?.onHotKey?.();
      work.names.get(AFTER)?.addText?.(seconds.toFixed(2));
    } finally {
      work.history.unfreeze("hedgerow");
    }
    goTo(work, next, "kept");
  };

  // Label Studio deletes the span; then the next open one is selected.
  const afterDropped = (work, region) => {
    const next = nextOpen(work, region);
    setTimeout(() => {
      if (!work.regions.includes(region)) goTo(work, next, "dropped");
    });
  };

  const onKey = (event) => {
    const work = annotation();
    if (!work || work.isReadOnly() || isField(event.target) || document.querySelector("[aria-modal=true]")) return;
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return hold(event);
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey || work.isLinkingMode) return;
    const here = work.highlightedNode;
    if (event.key === "Backspace" && isOpen(here)) return afterDropped(work, here);
    if (event.key !== " " || (!isOpen(here) && document.querySelector(".hedgerow-caret"))) return;
    if (isOpen(here)) {
      swallow(event);
      keep(work, here);
    } else if (nextOpen(work, here)) {
      swallow(event);
      goTo(work, nextOpen(work, here));
    }
  };

  // The first submission with open suggestions asks about them, the second goes through.
  const hold = (event) => {
    if (!state.open?.size || state.isAsked) return;
    swallow(event);
    state.isAsked = true;
    goTo(state.work, nextOpen(state.work, undefined));
    draw();
  };
  const onClick = (event) => {
    const pressed = event.target.closest?.(".lsf-bottombar button, .lsf-controls button");
    if (annotation() && pressed && SUBMITS.includes(pressed.textContent.trim())) hold(event);
  };

  // The line above the findings.
  const line = () => {
    const count = state.open?.size ?? 0;
    const suggestions = count === 1 ? "1 suggestion" : `${count} suggestions`;
    if (!count) return "No suggestion is open.";
    if (state.isAsked) return `${suggestions} to decide. Submit again to submit without ${count === 1 ? "it" : "them"}.`;
    return `${suggestions} to decide · Space: keep · Backspace: drop`;
  };
  const draw = () => {
    const work = annotation();
    if (!work) return document.querySelector(".hedgerow-suggestions")?.remove();
    if (state.work !== work) {
      onChange(work, "suggestions", changed);
      return changed();
    }
    if (work.highlightedNode !== state.selected) {
      state.selected = work.highlightedNode;
      state.since = performance.now();
    }
    for (const region of work.regions) {
      for (const span of region._spans ?? []) {
        if (span.classList.contains("hedgerow-suggested") !== isOpen(region)) span.classList.toggle("hedgerow-suggested");
      }
    }
    const left = document.querySelector(".page .left");
    if (!left) return undefined;
    let place = left.querySelector(".hedgerow-suggestions");
    if (!place) {
      place = element("p", "hedgerow-suggestions");
      place.setAttribute("role", "status");
      left.querySelector(".article")?.after(place);
    }
    if (place.textContent !== line()) place.textContent = line();
    return undefined;
  };

  // Before the page's other scripts hear of it.
  window.addEventListener("keydown", onKey, true);
  window.addEventListener("click", onClick, true);
  drawing(draw);
})();
