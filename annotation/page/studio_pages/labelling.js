// What the labelling page of the embedded server does beyond Label Studio's own, so that a span takes few actions.
// It listens before Label Studio does and calls its store (window.Htx). Where a later version has no such store, or
// names things otherwise, the page falls back to Label Studio's own ways.
(() => {
  const LABEL_KEYS = ["1", "2", "3", "4"];
  const SETTINGS = "labelStudio:settings";
  const OFFERED = "hedgerow:settings";
  const MODIFIERS = ["ctrl", "alt", "shift", "meta"];
  const METHODS = [
    "unselectAll", "isReadOnly", "addLinkedRegion", "stopLinkingMode", "addVersions", "serializeAnnotation",
  ];
  const PARTS = ["names", "results", "regions", "history", "linkingModes"];

  // The annotation on the page; undefined where it lacks a member that this script calls.
  const annotation = () => {
    const work = window.Htx?.annotationStore?.selected;
    return work && isComplete(work) ? work : undefined;
  };
  const isComplete = (work) =>
    METHODS.every((name) => typeof work[name] === "function") && PARTS.every((name) => work[name]);
  const isField = (element) => /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName) || element.isContentEditable;
  const source = (work) => work.linkingModes.get("create_relation").region;

  // A new span is selected at once. Set once a browser: who switches it off has it off.
  if (!localStorage.getItem(OFFERED)) {
    const kept = JSON.parse(localStorage.getItem(SETTINGS) || "{}");
    localStorage.setItem(SETTINGS, JSON.stringify({ ...kept, selectAfterCreate: true }));
    localStorage.setItem(OFFERED, "1");
  }
  // The page says what this script does for its annotators, and what they must do where it does nothing.
  document.documentElement.dataset.hedgerow = "";
  const opened = setInterval(() => {
    const work = window.Htx?.annotationStore?.selected;
    if (!work) return;
    clearInterval(opened);
    if (!isComplete(work)) delete document.documentElement.dataset.hedgerow;
  }, 500);

  // 1 to 4 begin a new span, whatever is selected; Label Studio alone would relabel what is selected.
  // Enter goes to the selected span's first empty field, Escape leaves it.
  const onKey = (event) => {
    const work = annotation();
    if (work?.submissionStarted) keepSaving();
    // A digit of the number pad comes a second time, as if it were typed outside the field.
    if (!isField(event.target) && isField(document.activeElement)) return event.stopImmediatePropagation();
    if (!work || (!isField(event.target) && choose(event, work))) return;
    if (MODIFIERS.some((name) => event[`${name}Key`])) return;
    if (isField(event.target)) {
      if (event.key === "Escape") event.target.blur();
    } else if (LABEL_KEYS.includes(event.key)) {
      beginSpan(event.key, work);
    } else if (event.key === "Enter" && work.highlightedNode) {
      openField(event, work);
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
    event.preventDefault();
    event.stopImmediatePropagation();
    for (const choice of choices) {
      if (!choice.parent.perRegionVisible() || choice.isReadOnly()) continue;
      choice.parent.needsUpdate(); // a span that was selected just now
      choice.onHotKey();
    }
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

  // On the adjudication page a label has two forms, `quote` and `quote ?`, with the same controls.
  const isForeign = ({ area, from_name: control }) =>
    area.labelName && control.whenlabelvalue?.split(",").every((label) => plain(label) !== plain(area.labelName));
  const plain = (label) => label.replace(" ?", "");

  const openField = (event, work) => {
    const empty = [...document.querySelectorAll(".page .card form input")].find((field) => field.offsetParent);
    if (!empty) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    empty.focus();
    if (empty.name !== "number_value" || empty.value) return;
    work.names.get(empty.name).setValue(digits(work.highlightedNode.text));
    // Once the field shows it, and before the next key: what is typed replaces it.
    queueMicrotask(() => empty.select());
  };

  // The value that a span of plain digits has, for the annotator to accept with Enter; "" for any other.
  const digits = (text) => {
    const found = text.replace(/,(?=\d{3})/g, "").match(/^[$€£]?\s?(\d+(?:\.\d+)?)(?:\s?(?:to|and|-|–)\s?(\d+(?:\.\d+)?))?\s?%?$/);
    return found ? found.slice(1).filter(Boolean).join("..") : "";
  };

  // What was typed is kept when the field is left by Tab or mouse; Label Studio alone would wait for Enter.
  const onLeave = (event) => annotation()?.names?.get(event.target.name)?.submitChanges?.();

  // While a link is being drawn, words that are dragged over become its other end: from a quote, the speaker.
  const onMouseUp = () => {
    const work = annotation();
    if (work?.submissionStarted) keepSaving();
    if (!work?.isLinkingMode || window.getSelection().isCollapsed) return;
    const from = source(work);
    const before = work.regions.length;
    if (from?.labelName === "quote" && work.highlightedNode === from) {
      work.unselectAll();
      work.names.get("label").findLabel("speaker").setSelected(true);
    }
    setTimeout(() => {
      if (!work.isLinkingMode || work.regions.length === before) return;
      work.addLinkedRegion(work.regions.at(-1));
      work.stopLinkingMode();
    });
  };

  // After a submit that failed, Label Studio saves no more drafts until one succeeds: then they are saved from here.
  let waiting;
  const keepSaving = () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      const work = annotation();
      if (!work?.submissionStarted || window.Htx.isSubmitting || work.isReadOnly()) return;
      work.addVersions({ draft: work.serializeAnnotation({ fast: true }) });
      window.Htx.submitDraft(work);
    }, 1000);
  };

  for (const name of ["keydown", "pointerdown", "click"]) document.addEventListener(name, watch, true);
  document.addEventListener("keydown", onKey, true);
  document.addEventListener("focusout", onLeave, true);
  document.addEventListener("mouseup", onMouseUp, true);
})();
