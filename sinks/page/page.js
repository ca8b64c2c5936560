"use strict";
(() => {
  const field = document.getElementById("words");
  const found = document.getElementById("found");
  const items = [...document.querySelectorAll(".item")];
  let texts;

  function filter() {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    texts ??= items.map((item) => item.textContent.toLowerCase());
    let hits = 0;
    items.forEach((item, i) => {
      item.hidden = !words.every((word) => texts[i].includes(word));
      if (item.hidden || !words.length) return;
      hits++;
      const group = item.closest(".group");
      if (group) group.open = true;
    });
    found.textContent = words.length ? `${hits} of ${items.length} match` : "";
  }

  field.addEventListener("input", filter);
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && document.activeElement !== field) {
      event.preventDefault();
      field.focus();
      field.select();
    } else if (event.key === "Escape" && field.value) {
      field.value = "";
      filter();
    }
  });
  document.getElementById("search").hidden = false;
  if (field.value) filter();
})();
