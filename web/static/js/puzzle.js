// Solves the puzzle of the joining page (internal/account/puzzle.go) while the form is being filled in: for each part, a number
// n so that the SHA-256 of "token.part.n" begins with so many zero bits. It works in slices of a few milliseconds, so that the
// page never stops. Where there is no WebCrypto, which browsers have over https and on this machine only, nothing is handed in,
// as by a browser without scripts.

function start(box) {
  const form = box.closest("form");
  const proof = box.querySelector("[name=proof]");
  box.hidden = false;
  let over = false; // solved, or given up
  let sent; // the submit event that came before that
  form.addEventListener("submit", (event) => {
    if (!over) {
      event.preventDefault();
      sent = event;
      box.scrollIntoView({ block: "nearest" });
    }
  });
  solve(box.dataset.puzzle, Number(box.dataset.parts), Number(box.dataset.bits), (parts) => {
    box.querySelector("progress").value = parts;
  })
    .then((numbers) => {
      proof.value = numbers.join(",");
      box.querySelector("progress").hidden = true;
      box.querySelector("[data-puzzle-busy]").hidden = true;
      box.querySelector("[data-puzzle-done]").hidden = false;
    })
    .catch((error) => {
      console.error(error);
      box.hidden = true; // it goes without
    })
    .finally(() => {
      over = true;
      if (sent) form.requestSubmit(sent.submitter);
    });
}

// solve finds the numbers of all parts and tells how many it has.
async function solve(token, parts, bits, found) {
  const numbers = [];
  const slice = slices();
  for (let part = 0; part < parts; part++) {
    numbers.push(await number(`${token}.${part}.`, bits, slice));
    found(part + 1);
  }
  return numbers;
}

const encoder = new TextEncoder();

async function number(prefix, bits, slice) {
  for (let n = 0; ; ) {
    const begun = performance.now();
    const size = slice.size;
    const tries = Array.from({ length: size }, (_, i) => crypto.subtle.digest("SHA-256", encoder.encode(prefix + (n + i))));
    const hit = (await Promise.all(tries)).findIndex((sum) => zeros(new DataView(sum).getUint32(0)) >= bits);
    if (hit >= 0) {
      return n + hit;
    }
    n += size;
    await slice.rest(performance.now() - begun);
  }
}

const zeros = Math.clz32;

// slices are how many hashes are made before the page gets its turn again: as many as take some 12 ms here.
function slices() {
  const channel = new MessageChannel();
  let wake;
  channel.port1.onmessage = () => wake();
  return {
    size: 64,
    rest(took) {
      this.size = Math.max(16, Math.min(1024, Math.round((this.size * 12) / Math.max(took, 1))));
      return new Promise((resolve) => {
        wake = resolve;
        channel.port2.postMessage(null);
      });
    },
  };
}

const box = document.querySelector("[data-puzzle]");
if (box && globalThis.crypto?.subtle) {
  start(box);
}
