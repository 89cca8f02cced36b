// The rules on the labelling page: the id of a rule leads to it, in whatever panel it is, and a field above the panels
// shows only the rules that have the words typed into it.
(() => {
  const PATIENCE = 2000; // milliseconds that a panel may take to appear and to open
  const PANELS = ".page .right .ant-collapse";
  const SECTIONS = ".rules[class*=' ']:not(.quick-reference)";
  const ID = /^[a-z]\d+$/;

  const panels = () => [...document.querySelectorAll(PANELS)].find((panel) => panel.querySelector(SECTIONS));
  const frame = () => new Promise(requestAnimationFrame);

  // Links from rule to rule

  const onClick = (event) => {
    const link = event.target.closest?.('.page .rules a[href^="#rule-"]');
    if (!link) return;
    event.preventDefault();
    lead(link);
  };

  // To the rule in the same list, or else to its panel, which stands where no span is selected.
  const lead = async (link) => {
    const id = link.hash.slice(1);
    const near = [...link.closest(".rules").querySelectorAll("li > strong")];
    const rule = near.find((title) => `rule-${title.textContent}` === id)?.parentElement ?? (await inItsPanel(id));
    if (!rule) return;
    rule.tabIndex = -1;
    rule.focus({ preventScroll: true });
    const column = rule.closest(".right");
    column.scrollTop += rule.getBoundingClientRect().top - column.getBoundingClientRect().top;
    rule.classList.add("hedgerow-led");
    setTimeout(() => rule.classList.remove("hedgerow-led"), PATIENCE);
  };

  const inItsPanel = async (id) => {
    if (!panels()?.offsetParent) window.Htx?.annotationStore?.selected?.unselectAll?.();
    const last = performance.now() + PATIENCE;
    while (!panels()?.offsetParent && performance.now() < last) await frame();
    const rule = document.getElementById(id)?.closest("li");
    const panel = rule?.closest(".ant-collapse-item");
    if (!panel) return rule;
    search("");
    if (!panel.classList.contains("ant-collapse-item-active")) panel.querySelector(".ant-collapse-header").click();
    while (!isOpen(panel) && performance.now() < last) await frame();
    return rule;
  };
  const isOpen = (panel) => panel.querySelector(".ant-collapse-content-active:not(.ant-motion-collapse)");

  // The search

  const field = document.createElement("div");
  field.className = "hedgerow-search";
  const input = document.createElement("input");
  Object.assign(input, { type: "search", placeholder: "find a rule: words, or its id" });
  input.setAttribute("aria-label", "Find a rule");
  const tally = document.createElement("div");
  tally.setAttribute("role", "status");
  field.append(input, tally);
  input.addEventListener("input", () => filter());
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape") search("");
  });

  const search = (words) => {
    input.value = words;
    filter();
  };

  const filter = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const items = [...(panels()?.querySelectorAll(":scope > .ant-collapse-item") ?? [])];
    panels()?.classList.toggle("hedgerow-filtered", words.length > 0);
    let count = 0;
    for (const item of items) {
      const shown = parts(item).filter((part) => show(part, words.every((word) => has(part, word))));
      if (words.length) count += shown.length;
      show(item, !words.length || shown.length > 0);
    }
    tally.textContent = !words.length ? "" : count ? `${count} found` : "No rule has these words.";
  };

  // What is found as a whole: a rule with its examples, a hard case, a paragraph.
  const parts = (item) => [...item.querySelectorAll(`${SECTIONS} > :not(ul), ${SECTIONS} > ul > li`)];
  const has = (part, word) => {
    const words = ID.test(word) ? part.querySelector(":scope > strong") : part;
    const text = words?.textContent.toLowerCase() ?? "";
    return ID.test(word) ? text === word : text.includes(word);
  };
  const show = (part, isShown) => {
    part.classList.toggle("hedgerow-off", !isShown);
    return isShown;
  };

  // Label Studio makes the panels anew when a span is no longer selected.
  const place = () => {
    const here = panels();
    if (!here || field.nextElementSibling === here) return;
    here.before(field);
    filter();
  };

  document.addEventListener("click", onClick, true);
  new MutationObserver(place).observe(document.documentElement, { childList: true, subtree: true });
})();
