// The names in a speaker's card: those that fit the marked words come first, eight at most, and a field filters them by
// name and alias as one types. Where Label Studio's store is another, its own list of names stays as it is.
(() => {
  const SHOWN = 8;
  const PRONOUN = /^(he|she|it|they|him|her|them|i|we|you|his|their|its|our|my)$/i;
  const CARD = ".page .card.names";

  const { annotation, data, drawing, isArticle, isField, swallow, values } = window.HedgerowStudio;
  const offered = () => (data().entities ?? []).map(({ value }) => ({ name: value, names: [value, ...(data().aliases?.[value] ?? [])].map(folded) }));
  const folded = (words) => words.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/^the /, "").trim();
  const parts = (words) => words.split(/[^\p{L}\p{N}]+/u).filter(Boolean);

  // How well a name fits what was typed; 0: not at all.
  const typedFit = (names, typed) => {
    const wanted = parts(folded(typed));
    const fits = (name) => {
      const own = parts(name);
      if (!wanted.every((part) => own.some((word) => word.startsWith(part)))) return 0;
      return name === folded(typed) ? 3 : name.startsWith(folded(typed)) ? 2 : 1;
    };
    return Math.max(...names.map(fits));
  };
  // How well a name fits the words that were marked: the same, all of it in them, or they all in it.
  const markedFit = (names, words) => {
    const marked = parts(folded(words));
    const within = (few, many) => few.length > 0 && few.every((part) => many.includes(part));
    const fits = (name) => (name === folded(words) ? 3 : within(parts(name), marked) ? 2 : within(marked, parts(name)) ? 1 : 0);
    return Math.max(...names.map(fits));
  };
  // Whom a pronoun means, likely: the speaker that is marked last before it.
  const before = (work, region) => {
    const named = work.regions.filter((each) => each !== region && values(each, "label")[0]?.startsWith("speaker") &&
      values(each, "speaker_entities").length && each.globalOffsets?.start < region.globalOffsets?.start);
    const last = named.sort((first, second) => second.globalOffsets.start - first.globalOffsets.start)[0];
    return last ? values(last, "speaker_entities") : [];
  };

  // Every offered name with how well it fits, the best first; names that fit alike keep their order.
  const ranked = (work, region, typed) => {
    const words = region.text ?? "";
    const likely = PRONOUN.test(words.trim()) ? before(work, region) : [];
    const fit = ({ name, names }) => (typed ? typedFit(names, typed) : likely.includes(name) ? 4 : markedFit(names, words));
    return offered().map((entry) => ({ name: entry.name, fit: fit(entry) })).sort((first, second) => second.fit - first.fit);
  };

  // Of the selected speaker: the card, its region, what is typed, and the place of the row that Enter takes.
  let shown = {};
  const speaker = () => {
    const work = annotation();
    const region = work && isArticle(work) ? work.highlightedNode : undefined;
    const card = [...document.querySelectorAll(CARD)].find((element) => element.offsetParent);
    return region && card && values(region, "label")[0]?.startsWith("speaker") ? { work, region, card } : undefined;
  };

  const arrange = () => {
    const here = speaker();
    if (!here) return;
    const { work, region, card } = here;
    const items = new Map([...card.querySelectorAll(".lsf-choice__item")].map((item) => [item.querySelector("input")?.name, item.closest(".lsf-choice") ?? item]));
    if (!items.size || !offered().length) return;
    const field = card.querySelector(".hedgerow-filter") ?? addField(card);
    if (shown.region !== region) {
      shown = { region, at: 0 };
      field.value = "";
    }
    const chosen = values(region, "speaker_entities");
    const rows = ranked(work, region, field.value.trim());
    shown.fits = rows.filter(({ name, fit }) => fit > 0 && !chosen.includes(name));
    const listed = [...rows.filter(({ name }) => chosen.includes(name)), ...rows.filter(({ name, fit }) => !chosen.includes(name) && (fit > 0 || !field.value.trim()))];
    const visible = listed.slice(0, Math.max(SHOWN, chosen.length));
    const first = chosen.length && !field.value.trim() ? undefined : shown.fits[shown.at]?.name;
    for (const [name, item] of items) {
      const at = visible.findIndex((row) => row.name === name);
      item.style.order = at;
      item.style.display = at < 0 ? "none" : "";
      item.classList.toggle("fits", name === first);
    }
    const left = listed.length - visible.length;
    const more = left > 0 ? `${left} more: type to find them` : field.value && !listed.length ? "Enter writes this name, which is not on the list" : "";
    const note = card.querySelector(".hedgerow-more");
    if (note.textContent !== more) note.textContent = more;
  };

  const addField = (card) => {
    const field = Object.assign(document.createElement("input"), {
      className: "hedgerow-filter", type: "text", placeholder: "/ to filter by name or alias; Enter takes the first", autocomplete: "off",
    });
    field.setAttribute("aria-label", "Filter the names");
    field.addEventListener("input", () => {
      shown.at = 0;
      arrange();
    });
    field.addEventListener("blur", () => keep(field));
    const more = Object.assign(document.createElement("p"), { className: "hedgerow-more" });
    more.setAttribute("role", "status");
    card.querySelector(".lsf-choices").before(field, more);
    return field;
  };

  const take = (name) => {
    const { work } = speaker();
    const choice = work.names.get("speaker_entities").tiedChildren?.find((child) => child._value === name);
    if (!choice || work.isReadOnly()) return false;
    choice.parent.needsUpdate?.();
    if (!choice.sel) choice.onHotKey();
    return true;
  };
  const write = (name) => {
    const control = speaker().work.names.get("speaker_other");
    control.needsUpdate?.();
    control.addText?.(name);
  };

  const onKey = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const field = event.target.closest?.(".hedgerow-filter");
    if (field) return onFieldKey(event, field);
    const here = isField(event.target) ? undefined : speaker();
    if (!here?.card.querySelector(".hedgerow-filter")) return;
    const isOpen = !values(here.region, "speaker_entities").length && !values(here.region, "speaker_other").length;
    if (event.key === "/" || (event.key === "Enter" && isOpen && !shown.fits?.length)) {
      swallow(event);
      here.card.querySelector(".hedgerow-filter").focus();
    } else if (event.key === "Enter" && isOpen) {
      swallow(event);
      take(shown.fits[shown.at].name);
      arrange();
    }
  };
  const onFieldKey = (event, field) => {
    const typed = field.value.trim();
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      swallow(event);
      const count = Math.min(shown.fits.length, SHOWN);
      if (count) shown.at = (shown.at + (event.key === "ArrowDown" ? 1 : count - 1)) % count;
    } else if (event.key === "Enter" && typed) {
      swallow(event);
      const row = shown.fits[shown.at];
      if (row) take(row.name);
      else write(typed);
      leave(field);
    } else if (event.key === "Escape") {
      swallow(event);
      leave(field);
    } else {
      return;
    }
    arrange();
  };
  // A name that was typed, and that fits none of the list, is kept when the field is left.
  const keep = (field) => {
    const typed = field.value.trim();
    if (!typed || shown.fits?.length || !speaker()) return;
    field.value = "";
    write(typed);
  };
  const leave = (field) => {
    field.value = "";
    shown.at = 0;
    field.blur();
  };

  document.addEventListener("keydown", onKey, true);
  drawing(arrange);
})();
