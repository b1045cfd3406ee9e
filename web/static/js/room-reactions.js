// Reactions and marks of messages. What a message has is in its element; one's own reactions are known from the page and from
// what was sent from it. The buttons are those of the page's templates, and room-acts.js sends them.
//
//   reactions(root, { log, member })

const digits = new Intl.NumberFormat(document.documentElement.dataset.format);

export function reactions(root, { log, member }) {
  const chips = root.querySelector("template[data-reaction]")?.content;
  const menu = root.querySelector("template[data-reactions]")?.content;

  log.on("reaction", (e) => {
    const li = log.message(e.data.id);
    if (!li || li.classList.contains("removed")) return;
    log.steady(() => draw(li, e.data.reaction, e.data.count, e.by?.id === member ? e.data.on : undefined));
  });

  // draw shows a count; own says whether the reader's is among it, where that has changed.
  function draw(li, kind, n, own) {
    const place = li.querySelector("[data-reactions]");
    let chip = place?.querySelector(`[value="${kind}"]`);
    if (!place || (!chip && n === 0)) return;
    if (!chip) {
      if (!chips) return; // a visitor sees it with the next page
      chip = chips.querySelector(`[value="${kind}"]`).cloneNode(true);
      const order = [...chips.querySelectorAll("[value]")].map((el) => el.value);
      place.insertBefore(chip, [...place.children].find((el) => order.indexOf(el.value) > order.indexOf(kind)) ?? null);
    }
    if (n === 0) return chip.remove();
    chip.querySelector("[data-n]").textContent = digits.format(n);
    if (own !== undefined) chip.setAttribute("aria-pressed", String(own));
    chip.setAttribute("formaction", address(li, "reaction", chip.getAttribute("aria-pressed") !== "true"));
  }

  root.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-react]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !menu) return;
    event.preventDefault();
    const li = link.closest(".msg");
    const open = li.querySelector(".msg-react");
    closeMenus();
    if (open) return;
    const box = menu.firstElementChild.cloneNode(true);
    for (const button of box.querySelectorAll("button")) {
      const own = li.querySelector(`[data-reactions] [value="${button.value}"]`)?.getAttribute("aria-pressed") === "true";
      button.setAttribute("aria-pressed", String(own));
      button.setAttribute("formaction", address(li, "reaction", !own));
    }
    log.steady(() => li.querySelector("[data-reactions]").after(box));
    box.querySelector("button").focus({ preventScroll: true });
    box.scrollIntoView({ block: "nearest" });
  });
  root.addEventListener("acted", (event) => { if (event.detail.path.endsWith("/reaction")) closeMenus(true); });
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target.closest(".msg-react")) closeMenus(true);
  });

  // closeMenus takes open menus away; back gives the focus back to what opened one.
  function closeMenus(back = false) {
    for (const box of root.querySelectorAll(".msg-react")) {
      const inside = box.contains(document.activeElement);
      const opener = box.closest(".msg").querySelector("a[data-react]");
      log.steady(() => box.remove());
      if (back && inside) opener.focus({ preventScroll: true });
    }
  }
}

// address is where an act on a message is sent.
export function address(li, act, on) {
  return `/${location.pathname.split("/")[1]}/messages/${li.dataset.id}/${act}?on=${on}`;
}
