// What the adjudication page of the embedded server does beyond Label Studio's own: it says how many questions are
// open, marks the decided ones, and N goes to the next open one. Elsewhere the page lists the questions only.
(() => {
  const annotation = () => window.Htx?.annotationStore?.selected;
  // What the task holds. Label Studio would read it anew from its JSON each time it is asked.
  const read = new WeakMap();
  const data = () => {
    const task = window.Htx?.task;
    if (task && !read.get(task)) read.set(task, task.dataObj);
    return read.get(task);
  };
  const questions = () => data()?.questions;
  const isField = (element) => /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName) || element.isContentEditable;

  const said = (region, control) =>
    region.results.find((result) => result.from_name.name === control)?.mainValue?.[0];

  // What a span of each label needs; of a list, one.
  const NEEDED = {
    speaker: [["speaker_entities", "speaker_other"]],
    quote: [["quote_form"]],
    hedge: [["hedge_kind"]],
    number: [["number_kind"], ["number_value"]],
  };
  const isWhole = (region) =>
    (NEEDED[said(region, "label")?.replace(" ?", "")] ?? []).every((names) => names.some((name) => said(region, name)));

  // Spans that exclude each other and are to be gold all the same, in pairs: two of one question, or two of one label
  // that overlap, whatever question they belong to.
  const clashes = (work) => {
    const asked = new Map(questions().flatMap((ids) => ids.map((id) => [id, ids])));
    const stands = (region) => {
      const decision = said(region, "decision");
      return asked.has(region.cleanId) ? decision === "keep" : decision !== "drop";
    };
    const spans = work.regions.filter(stands).map((region) => ({
      region,
      question: asked.get(region.cleanId),
      label: said(region, "label")?.replace(" ?", ""),
      ...region.globalOffsets,
    }));
    const exclude = (first, second) =>
      (first.question && first.question === second.question) ||
      (first.label === second.label && first.start < second.end && second.start < first.end);
    return spans.flatMap((span, at) =>
      spans.slice(at + 1).filter((later) => exclude(span, later)).map((later) => [span.region, later.region]));
  };
  const named = (region) => `“${region.text.replace(/\s+/g, " ").slice(0, 40)}”`;

  // A question is a group of spans that exclude each other: decided once one is kept, and lacks nothing, or all are
  // dropped, by a rule. What was deleted is dropped; where nothing is left, no rule can be named.
  const isDecided = (regions, clashing) => {
    if (regions.some((region) => clashing.includes(region))) return false;
    const decisions = regions.map((region) => said(region, "decision"));
    const ruled = regions.some((region) => said(region, "rule"));
    const whole = regions.every((region, at) => decisions[at] !== "keep" || isWhole(region));
    return ruled && whole && (decisions.includes("keep") || decisions.every((decision) => decision === "drop"));
  };

  const groups = (work) => {
    const known = new Map(work.regions.map((region) => [region.cleanId, region]));
    return questions().map((ids) => ids.map((id) => known.get(id)).filter(Boolean));
  };

  const show = () => {
    const work = annotation();
    if (!work || !questions()) return;
    const all = groups(work);
    const pairs = clashes(work);
    const clashing = pairs.flat();
    const open = all.filter((regions) => !isDecided(regions, clashing));
    for (const regions of all) {
      for (const region of regions) {
        for (const span of region._spans ?? []) span.classList.toggle("hedgerow-decided", !open.includes(regions));
      }
    }
    const way = open.some((regions) => !regions.length) ? "Ctrl+Z: bring back what was deleted" : "N: next";
    const [pair] = pairs;
    const hint = pair ? `${named(pair[0])} and ${named(pair[1])} exclude each other: drop one` : way;
    const line =
      open.length || pair ? `${open.length} of ${all.length} questions open · ${hint}` : "No question is open: submit";
    document.documentElement.style.setProperty("--hedgerow-open", JSON.stringify(line));
  };

  const next = (work) => {
    const clashing = clashes(work).flat();
    const open = groups(work).filter((regions) => regions.length && !isDecided(regions, clashing));
    const at = open.findIndex((regions) => regions.includes(work.highlightedNode));
    const region = open[(at + 1) % open.length]?.[0];
    if (!region) return;
    work.unselectAll();
    work.selectArea(region);
    region._spans?.[0]?.scrollIntoView({ block: "center" });
  };

  const onKey = (event) => {
    const work = annotation();
    if (!work || !questions() || isField(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "n") next(work);
  };

  document.addEventListener("keydown", onKey, true);
  setInterval(show, 300);
})();
