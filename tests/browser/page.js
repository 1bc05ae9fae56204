// What is wrong with a page, as a list of sentences. Evaluated in the page by check.py.
(() => {
  const wrong = [];
  const all = (selector) => [...document.querySelectorAll(selector)];
  const name = (element) => {
    const classes = element.className ? "." + element.className : "";
    return `<${element.tagName.toLowerCase()}${classes}> ${element.textContent.trim().slice(0, 40)}`;
  };
  for (const details of all("details")) details.open = true;

  // Colours
  const channels = (colour) => {
    const [red, green, blue, alpha = 1] = colour.match(/[\d.]+/g).map(Number);
    return { rgb: [red, green, blue], alpha };
  };
  const luminance = (rgb) => {
    const linear = rgb.map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
  };
  const background = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const { rgb, alpha } = channels(getComputedStyle(at).backgroundColor);
      if (alpha === 1) return rgb;
      if (alpha > 0) wrong.push(`${name(at)}: a background that is partly transparent`);
    }
    return [255, 255, 255];
  };
  const checkContrast = (element, style, what) => {
    const [a, b] = [channels(style.color).rgb, background(element)].map(luminance);
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) wrong.push(`${name(element)}: contrast ${contrast.toFixed(2)} of ${what}`);
  };
  for (const element of all("body *")) {
    const hasText = [...element.childNodes].some(
      (node) => node.nodeType === Node.TEXT_NODE && node.data.trim(),
    );
    if (hasText) checkContrast(element, getComputedStyle(element), "its text");
    for (const part of ["::before", "::after"]) {
      const style = getComputedStyle(element, part);
      if (style.content !== "none") checkContrast(element, style, part);
    }
  }

  // Structure
  const count = (selector, wanted) => {
    const found = all(selector).length;
    if (found !== wanted) wrong.push(`${found} of ${selector}`);
  };
  count("html[lang=en]", 1);
  count(`meta[http-equiv="Content-Security-Policy"][content^="default-src 'none'; "]`, 1);
  count("main", 1);
  count("h1", 1);
  count("script, img, picture, video, audio, iframe, object, embed, form, input, base, svg", 0);
  count("[style], [src], [onclick], [onerror], [onload]", 0);
  count("link, body style", 0);
  count("ul > :not(li), ol > :not(li), dl > :not(div)", 0);
  count("article h2", all("article").length);
  let level = 0;
  for (const heading of all("h1, h2, h3, h4, h5, h6")) {
    const next = Number(heading.tagName[1]);
    if (next > level + 1) wrong.push(`${name(heading)}: after a heading of level ${level}`);
    if (!heading.textContent.trim()) wrong.push(`${name(heading)}: an empty heading`);
    level = next;
  }
  for (const time of all("time")) {
    if (Number.isNaN(Date.parse(time.dateTime))) wrong.push(`${name(time)}: ${time.dateTime}`);
  }

  // Links
  const ids = all("[id]").map((element) => element.id);
  if (new Set(ids).size < ids.length) wrong.push("an id stands twice");
  for (const link of all("a")) {
    const target = link.getAttribute("href");
    if (!link.textContent.trim()) wrong.push(`${target}: a link without words`);
    if (target.startsWith("#")) {
      if (!ids.includes(target.slice(1))) wrong.push(`${target}: goes nowhere`);
    } else if (/^[\w.-]+\.html$/.test(target)) {
      // A page beside this one.
    } else if (!["http:", "https:", "tel:", "geo:"].includes(link.protocol)) {
      wrong.push(`${target}: a link of another scheme`);
    } else if (link.rel !== "noopener noreferrer" || link.referrerPolicy !== "no-referrer") {
      wrong.push(`${target}: a link that tells where the reader came from`);
    }
  }

  // Layout
  const { clientWidth: width, scrollWidth } = document.documentElement;
  if (scrollWidth > width) wrong.push(`${scrollWidth} pixels of ${width}`);
  // A wide table has a scroll bar of its own.
  for (const element of all("main :not(.index *)")) {
    const { left, right } = element.getBoundingClientRect();
    if (left < 0 || right > width) wrong.push(`${name(element)}: ${left} to ${right} of ${width}`);
  }
  return wrong;
})();
