// Links that one can read: small numbers at the spans, as the report prints them, one arc for the selected span, and in
// its card what each link says, with a key that removes it. What the scheme forbids is taken back, and the page says why.
(() => {
  const WORDS = {
    "quote speaker": ["said by", "says"], "quote quote": ["goes on with", "goes on in"],
    "hedge quote": ["makes uncertain", "made uncertain by"], "hedge number": ["makes uncertain", "made uncertain by"],
  };
  const { button, drawing, element, isAdjudicating, isArticle, note, plain, select, shortened, swallow } = window.HedgerowStudio;
  const annotation = () => {
    const work = window.HedgerowStudio.annotation();
    return work && isArticle(work) ? work : undefined;
  };
  const labelOf = (region) => plain(region?.labelName);
  const start = (region) => region.globalOffsets?.start ?? 0;
  // A link in the scheme's direction, with its words at either end; undefined where the scheme knows no such link.
  const linkOf = (relation) => {
    const { node1, node2 } = relation;
    if (!node1 || !node2) return undefined;
    const ways = relation.direction === "left" ? [[node2, node1], [node1, node2]] : [[node1, node2], [node2, node1]];
    const known = ways.filter(([from, to]) => WORDS[`${labelOf(from)} ${labelOf(to)}`]);
    if (!known.length) return undefined;
    const [from, to] = known.length > 1 ? known.sort((first, second) => start(second[0]) - start(first[0]))[0] : known[0];
    const [forwards, backwards] = WORDS[`${labelOf(from)} ${labelOf(to)}`];
    return { relation, from, to, forwards, backwards };
  };
  const links = (work) => work.relationStore.relations.map(linkOf).filter(Boolean);

  // What is printed at each span: a quote's number, of a later part with dots; of a speaker those of what it says.
  const signs = (work, all) => {
    const byPlace = [...work.regions].sort((first, second) => start(first) - start(second));
    const continued = new Map(all.filter(({ forwards }) => forwards === "goes on with").map(({ from, to }) => [from, to]));
    const first = (quote, passed = new Set()) => {
      const before = continued.get(quote);
      return before && !passed.has(before) ? first(before, passed.add(quote)) : quote;
    };
    const quotes = byPlace.filter((region) => labelOf(region) === "quote");
    const begun = quotes.filter((quote) => first(quote) === quote);
    const shown = new Map(quotes.map((quote) => [quote, `${first(quote) === quote ? "" : "…"}${begun.indexOf(first(quote)) + 1}`]));
    const targets = new Set(all.map(({ to }) => to));
    byPlace.filter((region) => labelOf(region) === "number" && targets.has(region)).forEach((number, at) => shown.set(number, letters(at)));
    for (const speaker of byPlace.filter((region) => labelOf(region) === "speaker")) {
      const quoted = all.filter(({ from, to }) => to === speaker && labelOf(from) === "quote").map(({ from }) => shown.get(from));
      shown.set(speaker, [...new Set(quoted)].join(",") || "–");
    }
    for (const { from, to } of all.filter(({ from }) => labelOf(from) === "hedge")) shown.set(from, `~${shown.get(to) ?? "?"}`);
    return shown;
  };
  const letters = (at) => (at < 26 ? "" : letters(Math.floor(at / 26) - 1)) + String.fromCharCode(97 + (at % 26));

  const mark = (work, all) => {
    const shown = signs(work, all);
    for (const region of work.regions) {
      const spans = region._spans ?? [];
      for (const [at, span] of spans.entries()) {
        const sign = at === spans.length - 1 ? shown.get(region) : undefined;
        if (sign) span.dataset.hedgerowSign = sign;
        else delete span.dataset.hedgerowSign;
      }
    }
  };

  // Label Studio draws an arc for each link; those of the selected span alone are shown.
  const arcs = document.head.appendChild(document.createElement("style"));
  const showArcs = (own) => {
    const ids = own?.map(({ relation }) => `.relations-overlay g#${CSS.escape(relation.id)}`).join(", ");
    const rules = own ? `.relations-overlay g { display: none; }${ids ? ` ${ids} { display: inline; }` : ""}` : "";
    if (arcs.textContent !== rules) arcs.textContent = rules;
  };

  const ownLinks = (work, all) => {
    const here = work.highlightedNode;
    return here ? all.filter(({ from, to }) => from === here || to === here) : [];
  };
  const listed = (work, own) => own.map(({ from, to, forwards, backwards, relation }, at) => {
    const isFrom = from === work.highlightedNode;
    const far = isFrom ? to : from;
    const go = button("far", () => select(work, far), `“${shortened(far.text ?? "")}”`);
    const remove = button("remove", () => drop(work, relation), "✕");
    remove.setAttribute("aria-label", "Remove this link");
    return element("li", "", `${isFrom ? forwards : backwards} `, go, " ", remove, element("kbd", "", `Alt+${at + 1}`));
  });
  const drop = (work, relation) => {
    if (!work.isReadOnly()) work.relationStore.deleteRelation(relation);
    draw();
  };

  let drawn;
  const list = (work, own) => {
    const card = [...document.querySelectorAll(".page .right .card:not(.question)")].find((each) => each.offsetParent);
    const place = card?.querySelector(".hedgerow-links");
    const key = JSON.stringify([work.highlightedNode?.cleanId, own.map(({ relation, from, to }) => [relation.id, from.text, to.text])]);
    if (!card || !work.highlightedNode || (place && drawn === key)) return;
    drawn = key;
    place?.remove();
    card.append(element("ul", "hedgerow-links", ...listed(work, own)));
  };

  // Link mode, and how to leave it, in words.
  const sayMode = (work) => {
    const from = work.isLinkingMode ? work.linkingModes?.get?.("create_relation")?.region : undefined;
    const words = from ? `Link from “${shortened(from.text ?? "")}”: click the other span, or go there by the arrows and press Enter; Escape leaves it` : "";
    let place = document.querySelector(".page .hedgerow-mode");
    if (!place) {
      place = element("div", "hedgerow-mode");
      place.setAttribute("role", "status");
      document.querySelector(".page .left")?.append(place);
    }
    if (place.textContent !== words) place.textContent = words;
  };

  // What is new is held against the scheme; what was there when the page opened is not.
  const known = new WeakMap();
  const refuse = (work) => {
    const before = known.get(work);
    const now = { relations: new Set(work.relationStore.relations.map(({ id }) => id)), regions: new Set(work.regions.map(({ cleanId }) => cleanId)) };
    known.set(work, now);
    if (!before || work.isReadOnly()) return;
    for (const relation of [...work.relationStore.relations]) {
      if (before.relations.has(relation.id) || linkOf(relation)) continue;
      const ends = `a ${labelOf(relation.node1)} and a ${labelOf(relation.node2)}`;
      work.relationStore.deleteRelation(relation);
      note(`No link joins ${ends}: a quote links to its speaker, a later part of a quote to the part before, a hedge to a quote or number.`);
    }
    if (isAdjudicating(work)) return; // what is dropped there may lie below what is kept
    for (const region of work.regions.filter(({ cleanId }) => !before.regions.has(cleanId))) {
      const inWay = work.regions.find((each) => each !== region && labelOf(each) === labelOf(region) && overlap(each, region));
      if (!inWay || !isByHand(work, region)) continue;
      const words = shortened(inWay.text ?? "");
      const label = labelOf(region);
      region.deleteRegion?.();
      note(`“${words}” is a ${label} already, and two spans of one label never overlap (E4). Change that one's edges instead.`);
    }
  };
  const overlap = (first, second) => {
    const [here, there] = [first.globalOffsets, second.globalOffsets];
    return Boolean(here && there) && here.start < there.end && there.start < here.end;
  };
  // Undo and redo bring spans back as well; only what the mouse or keys have just marked is refused.
  const isByHand = (work, region) => work.highlightedNode === region || !work.highlightedNode;

  const draw = () => {
    const work = annotation();
    if (!work) return showArcs();
    refuse(work);
    const all = links(work);
    const own = ownLinks(work, all);
    mark(work, all);
    showArcs(own);
    list(work, own);
    sayMode(work);
  };

  const onKey = (event) => {
    const work = annotation();
    const digit = /^(?:Digit|Numpad)([1-9])$/.exec(event.code)?.[1];
    if (!work || !digit || !event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const link = ownLinks(work, links(work))[digit - 1];
    if (!link) return;
    swallow(event);
    drop(work, link.relation);
  };

  document.addEventListener("keydown", onKey, true);
  drawing(draw);
})();
