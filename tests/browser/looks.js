// What a person with weak eyes or a small screen trips over; run in the page, returns three lists.
() => {
  const pixel = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (css) => {
    pixel.clearRect(0, 0, 1, 1);
    pixel.fillStyle = css;
    pixel.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = pixel.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, alpha / 255];
  };
  const over = (top, ground) =>
    [0, 1, 2].map((i) => top[i] * top[3] + ground[i] * (1 - top[3]));
  const chain = (element) => (element ? [...chain(element.parentElement), element] : []);

  // WCAG 2.2: relative luminance and contrast ratio.
  const luminance = (colour) => {
    const [red, green, blue] = colour
      .map((part) => part / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const contrast = (one, other) => {
    const [less, more] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (more + 0.05) / (less + 0.05);
  };

  // What is scrolled out of its box looks like what is in it.
  const middleOf = (box) => box.y + box.height / 2;
  const rolledAway = (element, box) => chain(element)
    .filter((parent) => ["auto", "scroll"].includes(getComputedStyle(parent).overflowY))
    .map((parent) => parent.getBoundingClientRect())
    .some(({ top, bottom }) => middleOf(box) < top || middleOf(box) > bottom);
  const shown = (text) => {
    const range = document.createRange();
    range.selectNodeContents(text);
    const box = range.getBoundingClientRect();
    const seen = { opacityProperty: true, visibilityProperty: true };
    const element = text.parentElement;
    return text.textContent.trim() && box.width > 1 && box.height > 1
      && element.checkVisibility(seen) && !element.closest("canvas, [disabled]")
      && !rolledAway(element, box) ? box : null;
  };
  // In a chart the ground is the mark below the text, else the page.
  const markBelow = (chart, box) =>
    document.elementsFromPoint(box.x + box.width / 2, box.y + box.height / 2)
      .filter((element) => element.tagName === "path" && element.ownerSVGElement === chart)
      .map((element) => rgba(getComputedStyle(element).fill))
      .find((colour) => colour[3] === 1);

  // The number above a slider belongs to its knob, but does not lie on it.
  const holds = (element, box) => {
    const { top, bottom } = element.getBoundingClientRect();
    return (top <= middleOf(box) && middleOf(box) <= bottom)
      || element === document.documentElement;
  };

  const faint = new Set();
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const box = shown(texts.currentNode);
    if (!box) continue;
    const element = texts.currentNode.parentElement;
    const style = getComputedStyle(element);
    const chart = element.ownerSVGElement;
    const parents = chain(element).map((parent) => getComputedStyle(parent));
    const opacity = parents.reduce((product, parent) => product * parent.opacity, 1);
    const page = chain(element).filter((parent) => holds(parent, box)).reduce((ground, parent) =>
      over(rgba(getComputedStyle(parent).backgroundColor), ground), [255, 255, 255]);
    const ground = (chart && markBelow(chart, box)) || page;
    const ink = rgba(chart ? style.fill : style.color);
    const size = parseFloat(style.fontSize);
    const where = element.closest("[data-testid]")?.dataset.testid;
    const large = where === "stIconMaterial" || size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    const ratio = contrast(over([...ink.slice(0, 3), ink[3] * opacity], ground), ground);
    if (ratio < (large ? 3 : 4.5)) {
      faint.add(`${ratio.toFixed(2)} ${where}: ${texts.currentNode.textContent.trim()}`);
    }
  }

  // The tables are drawn: of a row's pixels, the one furthest from its ground is ink.
  for (const canvas of document.querySelectorAll("canvas[data-testid=data-grid-canvas]")) {
    if (!canvas.checkVisibility() || !canvas.width) continue;
    const scale = canvas.width / canvas.getBoundingClientRect().width;
    const high = Math.round(35 * scale);
    const head = canvas.nextElementSibling;  // the titles have a canvas of their own above it
    for (const [row, drawn] of [head, canvas].entries()) {
      const { data } = drawn.getContext("2d").getImageData(0, row * high + 4, drawn.width, high - 8);
      const seen = new Map();
      for (let at = 0; at < data.length; at += 4) {
        const colour = `${data[at]},${data[at + 1]},${data[at + 2]}`;
        seen.set(colour, (seen.get(colour) || 0) + 1);
      }
      const colours = [...seen.keys()].map((colour) => colour.split(",").map(Number));
      const ground = [...seen].reduce((most, one) => (one[1] > most[1] ? one : most))[0];
      const ratio = Math.max(...colours.map((ink) => contrast(ink, ground.split(",").map(Number))));
      if (ratio < 4.5) faint.add(`${ratio.toFixed(2)} row ${row} of a table`);
    }
  }

  // What reaches beyond the screen, unless it scrolls in a box of its own.
  const scrolls = (element) => chain(element.parentElement).some((parent) =>
    parent.dataset.testid !== "stMain"
      && ["auto", "scroll", "hidden", "clip"].includes(getComputedStyle(parent).overflowX));
  const wide = [...document.querySelectorAll("[data-testid=stMain] *")]
    .filter((element) => element.checkVisibility() && !element.ownerSVGElement)
    .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
    .filter((element) => !scrolls(element))
    .map((element) => element.closest("[data-testid]").dataset.testid);
  // Below the width of a laptop no table is to be scrolled sideways.
  const sideways = [...document.querySelectorAll(".dvn-scroller, .cards")]
    .filter((box) => innerWidth < 1240 && box.checkVisibility())
    .filter((box) => box.scrollWidth > box.clientWidth + 1)
    .map((box) => `${box.scrollWidth} in ${box.clientWidth}: ${box.innerText.slice(0, 60)}`);
  return { faint: [...faint], wide: [...new Set(wide)], sideways };
}
