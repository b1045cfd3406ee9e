// Holds back what would move under somebody's finger: a list is put into its order when nobody is in it, neither with the
// pointer nor with the keyboard, for two seconds. Who touches has no pointer: for him the list stays while he sees it. Until
// then a button says that the order has changed, and puts it right at once.
//
//   const still = new Still(area, change, notice)   notice: what holds the button, of the class waits while a change does
//   still.due()                                      a change is due
//   still.mine()                                     the reader did something himself: what comes of it is no surprise

const calm = 2000; // ms
const own = 3000;  // ms within which the hub tells what came of one's own act

export class Still {
  constructor(area, change, notice) {
    Object.assign(this, { area, change, notice });
    this.inside = false;
    this.left = -Infinity;
    this.acted = -Infinity;
    this.touches = false; // whoever pressed something last did so with a finger or a pen
    document.addEventListener("pointerdown", (event) => { this.touches = event.pointerType !== "mouse"; }, true);
    area.addEventListener("pointerenter", (event) => { if (event.pointerType === "mouse") this.inside = true; });
    for (const name of ["pointerleave", "focusout", "touchend"]) area.addEventListener(name, (event) => this.leave(event));
    document.addEventListener("visibilitychange", () => this.look());
    notice.querySelector("button").addEventListener("click", () => this.now());
  }

  leave(event) {
    if (event.type === "pointerleave") this.inside = false;
    this.left = performance.now();
    this.look();
  }

  due() {
    this.waits = true;
    this.look();
  }

  mine() {
    this.acted = performance.now();
    if (this.waits) this.now();
  }

  now() {
    clearTimeout(this.timer);
    this.timer = 0;
    this.waits = false;
    this.notice.classList.remove("waits");
    const focused = document.activeElement;
    this.change();
    // What is moved loses the focus.
    if (focused !== document.activeElement && focused?.isConnected) focused.focus({ preventScroll: true });
  }

  look() {
    if (!this.waits) return;
    if (!this.busy()) return this.now();
    this.notice.classList.add("waits");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), calm);
  }

  busy() {
    if (performance.now() - this.acted < own || document.hidden || this.area.getClientRects().length === 0) return false;
    return this.inside || this.touches || Boolean(this.area.querySelector(":focus-visible")) ||
      performance.now() - this.left < calm;
  }
}
