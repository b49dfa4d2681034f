/* The faults of a page's layout that can be measured, whatever fonts a machine has. Gives a sentence for each. */
() => {
  const faults = [];
  const box = (element) => element.getBoundingClientRect();
  const seen = (selector) => [...document.querySelectorAll(selector)].filter((each) => box(each).width && box(each).height);
  const named = (element) => `${element.tagName.toLowerCase()}.${element.getAttribute("class") ?? ""} ${element.textContent.trim().slice(0, 40)}`;

  const top = document.querySelector(".top");
  if (innerWidth >= 1280 && box(top).height > 64) faults.push(`the header takes ${Math.round(box(top).height)} px: two rows`);

  const main = box(document.querySelector("main"));
  if (Math.abs(main.left + main.width / 2 - document.documentElement.clientWidth / 2) > 2) faults.push("main is not in the middle");

  const cards = seen("main .card");
  cards.forEach((card, place) => {
    for (const other of cards.slice(place + 1)) {
      if (card.contains(other) || other.contains(card)) continue;
      const [a, b] = [box(card), box(other)];
      const over = Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
      if (over) faults.push(`${named(card)} lies over ${named(other)}`);
    }
    if (box(card).left < main.left - 1 || box(card).right > main.right + 1) faults.push(`${named(card)} leaves main`);
  });

  for (const each of seen("main button, main .button, main .mark, .legend span"))
    if (each.getClientRects().length > 1 || box(each).height > 3 * parseFloat(getComputedStyle(each).fontSize))
      if (!each.closest(".legend") || box(each).width < main.width / 3) faults.push(`${named(each)} is broken over lines`);
  for (const each of seen("main button, main .button"))
    if (each.scrollWidth > each.clientWidth + 1) faults.push(`${named(each)} is cut`);

  for (const text of seen("main svg text")) {
    const svg = text.ownerSVGElement;
    const scale = svg.viewBox.baseVal?.width ? box(svg).width / svg.viewBox.baseVal.width : 1;
    const size = parseFloat(getComputedStyle(text).fontSize) * scale;
    if (size < 7 || size > 32) faults.push(`the text ${text.textContent.slice(0, 40)} is ${size.toFixed(1)} px high`);
  }

  for (const point of seen(".moments circle")) {
    const [a, b] = [box(point), box(point.closest(".scroll"))];
    if (a.left < b.left - 1 || a.right > b.right + 1) faults.push(`the point ${point.textContent.slice(0, 40)} is out of sight`);
  }

  const cases = new Map(seen("main table th a[href^='/desk/cases/']").map((each) => [each.href, each.textContent.trim()]));
  if (new Set(cases.values()).size < cases.size) faults.push("two cases have the same name");

  for (const cell of seen("main td, main th")) {
    const [size, text] = [parseFloat(getComputedStyle(cell).fontSize), cell.textContent.trim()];
    if (text.length > 20 && box(cell).width < 7 * size && box(cell).height > 7 * size) faults.push(`${named(cell)} is squeezed`);
  }
  for (const scroll of seen("main .scroll")) {
    const columns = scroll.querySelectorAll("thead th").length;
    const fits = columns <= 4 || (innerWidth <= 900 && scroll.querySelector(".stack"));
    if (columns && fits && scroll.scrollWidth > scroll.clientWidth + 1) faults.push(`${scroll.ariaLabel}: a table of ${columns} columns is cut`);
  }
  for (const all of seen("label.all")) if (innerWidth <= 900 && !/all/.test(all.innerText)) faults.push("nothing says what chooses all");
  for (const flow of seen("main .flow")) if (box(flow).width < main.width * 0.9) faults.push("the flow leaves a part of the page empty");

  for (const row of seen(".filters")) {
    const fields = [...row.querySelectorAll("input:not([type=hidden]), select")].filter((each) => box(each).height);
    const heights = new Set(fields.map((each) => Math.round(box(each).height)));
    if (heights.size > 1) faults.push(`fields of one row are ${[...heights].join(" and ")} px high`);
  }
  return [...new Set(faults)];
}
