/** The sidebar as a drawer on narrow screens. Owns the class on the body and where focus returns. */

let opener: HTMLElement | null = null;

const isOpen = () => document.body.classList.contains("drawer-open");

/** What the drawer covers cannot be reached while it is open, by no pointer and no key. */
function behind(is: boolean) {
  const main = document.querySelector<HTMLElement>(".main");
  if (main) main.inert = is;
}

export function toggleDrawer() {
  if (isOpen()) {
    closeDrawer();
    return;
  }
  opener = document.activeElement instanceof HTMLElement ? document.activeElement : null;
  document.body.classList.add("drawer-open");
  behind(true);
  document.querySelector<HTMLElement>(".side a, .side button, .side input")?.focus();
}

/** True if it was open. */
export function closeDrawer(): boolean {
  if (!isOpen()) return false;
  document.body.classList.remove("drawer-open");
  behind(false);
  opener?.focus();
  opener = null;
  return true;
}
