// Tells the server a new width of the window, and closes the drawer where it covers the page.
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

  // It is called again whenever the server sends its data anew.
  parentElement.stopWatching?.();
  addEventListener("resize", later);
  document.addEventListener("click", chosen);
  document.addEventListener("keydown", left);
  parentElement.stopWatching = () => {
    clearTimeout(waiting);
    removeEventListener("resize", later);
    document.removeEventListener("click", chosen);
    document.removeEventListener("keydown", left);
  };
  tell();
  return parentElement.stopWatching;
}
