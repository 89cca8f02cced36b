// What the labelling page of the embedded server does beyond Label Studio's own, so that a span takes few actions.
// It listens before Label Studio does and calls its store. Where that is another, the page falls back to Label Studio's
// own ways: see studio.js.
(() => {
  const LABEL_KEYS = ["1", "2", "3", "4"];
  const SETTINGS = "labelStudio:settings";
  const OFFERED = "hedgerow:settings";
  const MODIFIERS = ["ctrl", "alt", "shift", "meta"];
  const { annotation, articleNode, isArticle, isField, keepSaving, nodeAt, note, placeOf, plain, readArticle, shortened, swallow } = window.HedgerowStudio;
  const source = (work) => work.linkingModes.get("create_relation").region;

  // A new span is selected at once. Set once a browser: who switches it off has it off.
  if (!localStorage.getItem(OFFERED)) {
    const kept = JSON.parse(localStorage.getItem(SETTINGS) || "{}");
    localStorage.setItem(SETTINGS, JSON.stringify({ ...kept, selectAfterCreate: true }));
    localStorage.setItem(OFFERED, "1");
  }
  // 1 to 4 begin a new span, whatever is selected; Label Studio alone would relabel what is selected.
  // Enter takes what is preset and goes to the selected span's first empty field, Escape leaves it.
  const onKey = (event) => {
    const work = annotation();
    if (work?.submissionStarted) keepSaving();
    // A digit of the number pad comes a second time, as if it were typed outside the field.
    if (!isField(event.target) && isField(document.activeElement)) return event.stopImmediatePropagation();
    if (event.target.closest?.(".card") || (event.key === "Enter" && (event.ctrlKey || event.metaKey))) accept();
    if (!work || (!isField(event.target) && choose(event, work))) return;
    if (MODIFIERS.some((name) => event[`${name}Key`])) return;
    if (isField(event.target)) {
      if (event.key === "Escape") event.target.blur();
    } else if (LABEL_KEYS.includes(event.key)) {
      beginSpan(event.key, work);
    } else if (event.key === "Enter" && work.highlightedNode) {
      const taken = accept();
      openField(event, taken);
    }
  };

  // Label Studio updates the labels a moment after the selection changes, and would undo what a key chose meanwhile.
  const beginSpan = (key, work) => {
    work.unselectAll();
    const labels = work.names.get("label").tiedChildren;
    const chosen = labels.find((label) => label.hotkey === key);
    if (!chosen || chosen.selected) return;
    setTimeout(() => {
      if (!work.selectedRegions.length && !labels.some((label) => label.selected)) chosen.setSelected(true);
    });
  };

  // A key ticks the choice that is shown with it; Label Studio alone would tick the hidden ones of that key as well.
  const choose = (event, work) => {
    const controls = [...work.names.values()].filter((control) => control.type === "choices");
    const choices = controls.flatMap((control) => control.tiedChildren).filter((choice) => isKey(event, choice.hotkey));
    if (!choices.length) return false;
    swallow(event);
    for (const choice of choices) {
      if (!choice.parent.perRegionVisible() || choice.isReadOnly()) continue;
      choice.parent.needsUpdate(); // a span that was selected just now
      if (!(choice.sel && isPreset(choice.parent.name))) choice.onHotKey(); // a preset is taken, not cleared
    }
    accept();
    return true;
  };

  // As Label Studio compares them: by the place of the key, whatever alphabet it types.
  const isKey = (event, hotkey) => {
    const names = (hotkey ?? "").toLowerCase().split("+");
    const key = names.pop();
    return key.toUpperCase().charCodeAt(0) === event.keyCode && MODIFIERS.every((name) => event[`${name}Key`] === names.includes(name));
  };

  // A span has values of its own label alone: when it gets another label, those of the first go, and one Ctrl+Z brings
  // back both. Label Studio alone would hide them, and show them again under a later label.
  const watched = new WeakSet();
  const watch = () => {
    const work = annotation();
    setTimeout(() => preset && !isPreset(preset.names[0]) && accept());
    if (!work || watched.has(work)) return;
    watched.add(work);
    work.trackedState?.$treenode?.onSnapshot?.(() => clearForeign(work));
    clearForeign(work);
  };

  const clearForeign = (work) => {
    for (const result of work.results.filter(isForeign)) {
      const control = result.from_name;
      work.history.setReplaceNextUndoState(true);
      result.area.removeResult(result);
      control.needsUpdate();
    }
  };

  const isForeign = ({ area, from_name: control }) =>
    area.labelName && control.whenlabelvalue?.split(",").every((label) => plain(label) !== plain(area.labelName));

  // The first field that is empty; where none is, the first one that is filled, unless that was taken just now.
  const openField = (event, taken) => {
    const all = (selector) => [...document.querySelectorAll(`.page .card ${selector}`)].filter((part) => part.offsetParent);
    const ofSpan = (part) => !part.closest(".question"); // and not the adjudicator's note, which may stay empty
    const shown = (selector) => all(selector).find(ofSpan);
    const value = shown("form input");
    const filled = taken || value ? undefined : shown("[data-testid=htx-textbox-edit-button]");
    const empty = value ?? (filled ? undefined : all("form input")[0]);
    if (!taken && !empty && !filled) return;
    swallow(event);
    empty?.focus();
    if (!filled) return;
    document.addEventListener("focusin", ({ target }) => isField(target) && selectWhole(target), { once: true });
    filled.click();
  };

  // What is typed replaces what is there, from the first key: selected after it, that key would be replaced as well.
  const selectWhole = (field) => {
    const before = field.value;
    const select = () => {
      field.removeEventListener("keydown", select);
      field.select?.();
    };
    field.addEventListener("keydown", select);
    setTimeout(() => field.value === before && select());
  };

  // A click leaves the span, or takes what is preset: on a preset choice itself Label Studio alone would clear it.
  const onClick = (event) => {
    const chosen = event.target.closest?.(".page .presets label")?.querySelector("input:checked");
    if (accept() && chosen) {
      swallow(event);
      document.activeElement.blur();
    }
  };

  // What was typed is kept when the field is left by Tab or mouse; Label Studio alone would wait for Enter.
  const onLeave = (event) => annotation()?.names?.get(event.target.name)?.submitChanges?.();

  // While a link is being drawn, words that are dragged over become its other end: from a quote, the speaker.
  const onMouseUp = (event) => {
    const work = annotation();
    if (work?.submissionStarted) keepSaving();
    if (!work || window.getSelection().isCollapsed) return;
    const linking = work.isLinkingMode;
    const from = linking ? source(work) : undefined;
    const before = work.regions.length;
    if (from?.labelName === "quote" && work.highlightedNode === from) {
      work.unselectAll();
      work.names.get("label").findLabel("speaker").setSelected(true);
    }
    const words = isMarking(event, work) ? snapSelection(event) : undefined;
    setTimeout(() => {
      if (work.regions.length === before) return;
      if (words) fillIn(work, work.regions.at(-1), words);
      if (!linking || !work.isLinkingMode) return;
      work.history.setReplaceNextUndoState(true); // the span and its link are one step
      work.addLinkedRegion(work.regions.at(-1));
      work.stopLinkingMode();
    });
  };

  // A drag makes a new span, and does not move the edge of one by its handle; the keys never move one. The desk, too, has
  // spans, but none to mark.
  let pressed;
  const onMouseDown = (event) => {
    pressed = event.target;
  };
  const isMarking = (event, work) =>
    window.Hedgerow && !event.ctrlKey && !event.metaKey && isArticle(work) && !work.isReadOnly() &&
    !(event.isTrusted && pressed?.tagName === "AREA") && work.names.get("label")?.tiedChildren.some((label) => label.selected);

  // What is dragged over is snapped before Label Studio reads it, so that the span is made as it stays; with Alt it is
  // left as it is. Returns the article and the edges in it; undefined where something else was dragged over.
  const snapSelection = (event) => {
    const selection = window.getSelection();
    const range = selection.getRangeAt(0);
    const article = articleNode();
    if (![range.startContainer, range.endContainer, event.target].every((part) => article?.contains(part))) return undefined;
    const shown = readArticle(article);
    const dragged = [placeOf(shown, range, true), placeOf(shown, range, false)];
    if (event.altKey) return [shown.text, ...dragged];
    const [start, end] = window.Hedgerow.snapped(shown.text, ...dragged);
    if (start !== dragged[0] || end !== dragged[1]) {
      selection.setBaseAndExtent(...nodeAt(shown, start, true), ...nodeAt(shown, end, false));
      note(`snapped to: ${shortened(shown.text.slice(start, end))}`);
    }
    return [shown.text, start, end];
  };

  // What follows from the words of a new number or hedge is filled in, in one step with the span: a preset, which counts
  // as chosen once the annotator takes it with a key or leaves the span.
  let preset;
  const fillIn = (work, region, words, tries = 10) => {
    if (work.highlightedNode === region) return presetValues(work, region, words);
    // Label Studio selects it a moment later, or not at all where that is switched off.
    if (tries) setTimeout(() => fillIn(work, region, words, tries - 1), 5);
  };

  const presetValues = (work, region, [text, start, end]) => {
    const values = Object.entries(valuesOf(plain(region.labelName), text, start, end)).filter(([, value]) => value);
    if (!values.length) return;
    work.history.freeze("hedgerow");
    try {
      for (const [name, value] of values) setValue(work.names.get(name), value);
    } finally {
      work.history.setReplaceNextUndoState(true);
      work.history.unfreeze("hedgerow");
    }
    preset = { work, region, names: values.map(([name]) => name) };
    document.documentElement.dataset.hedgerowPreset = "";
  };

  const valuesOf = (label, text, start, end) => {
    const words = text.slice(start, end);
    if (label === "hedge") return { hedge_kind: window.Hedgerow.cueKind(words) };
    if (label !== "number") return {};
    const [kind, value, unit] = window.Hedgerow.readNumber(words, text.slice(end, end + 80));
    return { number_kind: kind, number_value: value, number_unit: unit };
  };

  const setValue = (control, value) => {
    control?.needsUpdate?.(); // a span that was selected just now
    if (control?.type === "textarea") control.addText?.(value);
    else control?.tiedChildren.find((choice) => choice._value === value)?.onHotKey?.();
  };

  const isPreset = (name) => preset?.work.highlightedNode === preset?.region && preset?.names.includes(name);

  // Whether there was a preset to take.
  const accept = () => {
    const taken = Boolean(preset) && preset.work.highlightedNode === preset.region;
    preset = undefined;
    delete document.documentElement.dataset.hedgerowPreset;
    return taken;
  };

  for (const name of ["keydown", "pointerdown", "click"]) document.addEventListener(name, watch, true);
  document.addEventListener("keydown", onKey, true);
  document.addEventListener("focusout", onLeave, true);
  document.addEventListener("click", onClick, true);
  document.addEventListener("mousedown", onMouseDown, true);
  document.addEventListener("mouseup", onMouseUp, true);
})();
