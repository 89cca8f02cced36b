// Offers units for a number as one types: those that the article's numbers have, then those that the page knows. Any
// other can be typed as well.
(() => {
  const { annotation, element, values } = window.HedgerowStudio;
  const FIELD = "number_unit";
  const list = Object.assign(element("datalist", ""), { id: "hedgerow-units" });

  const used = (work) => work.regions.flatMap((region) => values(region, FIELD));
  const onFocus = ({ target }) => {
    const work = target.name?.split(":")[0] === FIELD ? annotation() : undefined;
    if (!work) return;
    const units = new Set([...used(work), ...(window.Hedgerow?.units ?? [])]);
    list.replaceChildren(...[...units].map((unit) => Object.assign(element("option", ""), { value: unit })));
    document.body.append(list);
    target.setAttribute("list", list.id);
  };
  document.addEventListener("focusin", onFocus, true);
})();
