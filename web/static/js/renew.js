// [data-renew="address"]   renews itself from there every two seconds while the page is seen. Once nothing comes, it is over
//                          and the page is loaded anew.

const pause = 2000;

async function renew(part) {
  if (document.hidden) return part;
  let response;
  try {
    response = await fetch(part.dataset.renew, { headers: { Accept: "text/html" } });
  } catch {
    return part; // offline: the next one may get through
  }
  if (response.status >= 500) return part;
  const fresh = response.status === 200 && !response.redirected && parse(await response.text());
  if (!fresh) {
    location.reload();
    return null;
  }
  part.replaceWith(fresh);
  return fresh;
}

function parse(html) {
  return new DOMParser().parseFromString(html, "text/html").querySelector("[data-renew]");
}

async function keep(part) {
  while (part) {
    await new Promise((done) => setTimeout(done, pause));
    part = await renew(part);
  }
}

document.querySelectorAll("[data-renew]").forEach(keep);
