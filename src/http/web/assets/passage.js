// Selecting words of a text puts them into the field that says which passage an answer is about.
// Without it the words are copied by hand.
"use strict";
(() => {
  const field = document.getElementById("field-passage");
  const text = document.querySelector("article .text");
  if (!field || !text) return;
  let taken = "";
  document.addEventListener("selectionchange", () => {
    const selection = document.getSelection();
    const inside = (node) => node && text.contains(node);
    if (!selection || selection.isCollapsed) return;
    if (!inside(selection.anchorNode) || !inside(selection.focusNode)) return;
    const words = selection.toString().replace(/\s+/g, " ").trim();
    // What somebody typed is never overwritten.
    if (words && words.length <= 1000 && field.value === taken) {
      field.value = taken = words;
    }
  });
})();
