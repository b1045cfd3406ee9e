// Shows one part of a room at a time: beside the talk on a desk, in its place on a phone. Without this script all parts stand
// below one another, and the tabs are links to them.
//
//   tabs(root)                  root: data-beside holds [data-tabs] with a[data-tab], and [data-panel]s
//   count(root, name, n)        shows a number at a tab, nothing for 0
//
// The tab that is shown is in the address, so that it is there again after a reload and can be linked to.

const digits = new Intl.NumberFormat(document.documentElement.dataset.format);

export function tabs(root) {
  const beside = root.querySelector("[data-beside]");
  if (!beside) return;
  const links = [...beside.querySelectorAll("a[data-tab]")];
  const narrow = matchMedia("(max-width: 63.99rem)");
  const list = beside.querySelector("[data-tabs]");
  list.setAttribute("role", "tablist");
  for (const link of links) {
    link.setAttribute("role", "tab");
    link.id ||= `tab-${link.dataset.tab}`;
    if (link.dataset.tab !== "talk") link.setAttribute("aria-controls", link.dataset.tab);
  }
  for (const panel of beside.querySelectorAll("[data-panel]")) {
    panel.setAttribute("role", "tabpanel");
    panel.tabIndex = -1;
  }

  const named = (hash) => {
    const target = hash.length > 1 && document.getElementById(decodeURIComponent(hash.slice(1)));
    if (!target) return null;
    const panel = target.closest("[data-panel]");
    return panel ? panel.dataset.panel : root.querySelector(".room-talk").contains(target) ? "talk" : null;
  };

  // show shows a part; on a desk the talk is always there, and the first of the others is beside it.
  function show(name) {
    const beside_ = name === "talk" && !narrow.matches ? links[1].dataset.tab : name;
    root.dataset.view = name;
    for (const link of links) {
      const on = link.dataset.tab === (narrow.matches ? name : beside_);
      link.setAttribute("aria-selected", String(on));
      link.tabIndex = on ? 0 : -1;
    }
    for (const panel of beside.querySelectorAll("[data-panel]")) panel.hidden = panel.dataset.panel !== beside_;
  }

  // go shows a part from its top.
  function go(name, hash = `#${name}`) {
    show(name);
    if (name !== "talk") beside.scrollTop = 0;
    links.find((link) => link.dataset.tab === name).scrollIntoView({ block: "nearest", inline: "nearest" });
    history.replaceState(history.state, "", name === "talk" ? `${location.pathname}${location.search}` : hash);
  }

  list.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-tab]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    go(link.dataset.tab);
  });
  list.addEventListener("keydown", (event) => {
    const shown = links.filter((link) => link.offsetParent);
    const at = shown.indexOf(document.activeElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: shown.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    const link = shown[(to + shown.length) % shown.length];
    go(link.dataset.tab);
    link.focus();
  });
  addEventListener("hashchange", () => {
    const name = named(location.hash);
    if (name) show(name);
  });
  narrow.addEventListener("change", () => show(root.dataset.view));
  const first = named(location.hash) ?? "talk";
  show(first);
  if (location.hash !== `#${first}`) return;
  const top = () => { // the browser puts the part to the top of the window, at the latest when all is loaded
    scrollTo(0, 0);
    beside.scrollTop = 0;
  };
  requestAnimationFrame(top);
  addEventListener("load", () => requestAnimationFrame(top), { once: true });
}

export function count(root, name, n) {
  const place = root.querySelector(`a[data-tab="${name}"] [data-tab-count]`);
  if (!place) return;
  place.textContent = digits.format(n);
  place.hidden = n === 0;
}
