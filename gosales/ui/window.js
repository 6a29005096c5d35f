// Tells the server a new width of the window, closes the drawer where it covers the page, and keeps
// the address of a page that is left.
const PATIENCE = 300, LEAST = 40; // milliseconds after the last change; pixels worth telling
const DRAWER = 768; // up to this width Streamlit lays its drawer over the page
const LINK = "[data-testid=stSidebarNavLink]";
const CLOSE = "[data-testid=stSidebarCollapseButton] button";

export default function ({ data, parentElement, setStateValue }) {
  let told = data.width;
  let waiting = 0;
  const tell = () => {
    const now = Math.min(innerWidth, screen.width);
    if (Math.abs(now - told) < LEAST) return;
    told = now;
    document.cookie = `${data.cookie}=${now};path=/;SameSite=Strict`;
    setStateValue("width", now);
  };
  const later = () => {
    clearTimeout(waiting);
    waiting = setTimeout(tell, PATIENCE);
  };
  const close = () => {
    const button = document.querySelector(CLOSE);
    if (innerWidth <= DRAWER && button?.checkVisibility()) button.click();
  };
  const chosen = (event) => event.target.closest?.(LINK) && setTimeout(close);
  const left = (event) => event.key === "Escape" && close();

  // Before Streamlit goes to another page, it takes what belongs to the old one out of its address,
  // as a step of its own: the way back would lead to that page without its filters.
  let leaving = false;
  const pathOf = (address) => new URL(address, location).pathname;
  const followed = (event) => {
    const link = event.defaultPrevented && event.target.closest?.("a[href]");
    if (link) leaving = pathOf(link.href) !== location.pathname;
  };
  const push = (state, unused, address) => {
    if (leaving && pathOf(address) === location.pathname) return;
    leaving = false;
    History.prototype.pushState.call(history, state, unused, address);
  };

  // It is called again whenever the server sends its data anew.
  parentElement.stopWatching?.();
  addEventListener("resize", later);
  document.addEventListener("click", chosen);
  document.addEventListener("click", followed);
  document.addEventListener("keydown", left);
  history.pushState = push;
  parentElement.stopWatching = () => {
    clearTimeout(waiting);
    removeEventListener("resize", later);
    document.removeEventListener("click", chosen);
    document.removeEventListener("click", followed);
    document.removeEventListener("keydown", left);
    if (history.pushState === push) delete history.pushState;
  };
  tell();
  return parentElement.stopWatching;
}
