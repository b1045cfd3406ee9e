// What authors do with their own messages: change them in their place, or take them back. The text comes from the hub as it was
// written, and what is saved reaches every window, this one too, as an event of the room.
//
//   own(root, { log, locale, member, word })

import { patch, requote, quotes } from "./room-patch.js";
import { onSubmitKey } from "./keys.js";

export function own(root, { log, locale, member, word }) {
  const tools = root.querySelector("template[data-own-message]")?.content;
  const template = root.querySelector("template[data-edit-form]")?.content;

  log.on("remove", (e) => {
    const words = e.data.withdrawn && log.message(e.data.id)?.querySelector(".msg-gone");
    if (words) words.lastChild.textContent = word("withdrawn");
  });
  log.on("edit", (e) => {
    const li = log.message(e.data.id);
    const fresh = e.html && new DOMParser().parseFromString(e.html, "text/html").body.firstElementChild;
    if (!fresh) return;
    log.steady(() => {
      requote(log.list, e.data.id, quotes(fresh));
      if (!li || li.classList.contains("removed")) return;
      const was = li.querySelector(".msg-text"), now = fresh.querySelector(".msg-text");
      if (was.querySelector(".bitext") || now.querySelector(".bitext")) was.replaceWith(now);
      else patch(li, fresh);
      li.dataset.version = fresh.dataset.version;
      li.querySelector("[data-edited]").hidden = false;
    });
  });

  function equip(li) {
    if (!tools || !li || Number(li.dataset.by) !== member || li.classList.contains("removed") || li.querySelector("a[data-edit]")) return;
    li.querySelector("[data-report]")?.remove();
    const link = tools.firstElementChild.cloneNode(true);
    link.href = `/${locale}/messages/${li.dataset.id}/edit`;
    li.querySelector(".msg-tools").append(link);
  }

  root.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-edit]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || !template) return;
    event.preventDefault();
    const li = link.closest(".msg");
    const there = li.querySelector("form[data-own]");
    if (there) return there.elements.body.focus();
    const answer = await fetch(`/api/v1/messages/${li.dataset.id}?locale=${locale}`).catch(() => null);
    if (!answer?.ok) return location.assign(link.href);
    open(li, link, await answer.json());
  });

  function open(li, link, message) {
    const form = template.firstElementChild.cloneNode(true);
    form.dataset.own = "";
    form.action = `/${locale}/messages/${message.id}/edit`;
    form.querySelector("[data-withdraw]").setAttribute("formaction", `/${locale}/messages/${message.id}/withdraw`);
    form.elements.version.value = message.version;
    form.elements.lang.value = message.lang;
    Object.assign(form.elements.body, { value: message.body, lang: message.lang });
    log.steady(() => li.querySelector(".msg-text").after(form));
    form.elements.body.focus({ preventScroll: true });
    form.scrollIntoView({ block: "nearest" });
    const close = () => {
      const inside = form.contains(document.activeElement);
      log.steady(() => form.remove());
      if (inside) link.focus({ preventScroll: true });
    };
    onSubmitKey(form.elements.body, () => form.requestSubmit(form.querySelector(".primary")));
    form.querySelector("[data-close]").addEventListener("click", close);
    form.addEventListener("keydown", (event) => { if (event.key === "Escape" && !event.isComposing) close(); });
    form.addEventListener("acted", close);
  }

  log.each(equip);
}
